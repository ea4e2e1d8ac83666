import { formatCount, formatMilliseconds } from '../../electron/contract/quantity.ts'
import type { ChartColours } from './chart-colours.ts'
import { executionLook } from './histogram-chart.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  tickText,
  verticalAxis,
  type PlotConfiguration,
  type PlotPoint,
} from './plot.ts'

const pointLimit = 2000

/** Of every sample where there are few enough to tell apart, and of outliers always. */
const pointRadius = { few: 1.5, outlier: 2.5 }

/**
 * Latency of each sample in the order they were taken, a curve per execution; a stretch can be dragged to zoom in.
 * Samples above their execution's fence, where it has one, are outliers and marked with a dot.
 */
export function sampleTraceChart(
  executions: readonly (readonly number[])[],
  colours: ChartColours,
  fences: readonly (number | undefined)[] = [],
): PlotConfiguration {
  const base = basePlotOptions(colours)
  const longest = Math.max(1, ...executions.map((samples) => samples.length))
  return {
    type: 'line',
    data: {
      datasets: executions.map((samples, index) => {
        const points = tracePoints(samples, pointLimit)
        const fence = fences[index] ?? Infinity
        const usual = samples.length <= 60 ? pointRadius.few : 0
        return {
          ...datasetLook(executionLook(index), colours),
          label: `execution ${index + 1}`,
          data: points,
          borderWidth: 1,
          pointRadius: points.map(({ y }) => (y > fence ? pointRadius.outlier : usual)),
        }
      }),
    },
    options: {
      ...base,
      scales: {
        x: horizontalAxis({ colours, min: 1, max: Math.max(2, longest), most: 5, label: tickText }),
        y: verticalAxis({ colours, most: 4, label: tickText }),
      },
      plugins: {
        ...base.plugins,
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) => `Sample ${formatCount(item?.parsed.x ?? 0)}`,
            label: (item) => `${item.dataset.label ?? ''}: ${formatMilliseconds(item.parsed.y ?? 0)}`,
          },
        },
        zoom: {
          limits: { x: { min: 1, max: Math.max(2, longest), minRange: 5 } },
          zoom: {
            mode: 'x',
            drag: { enabled: true, backgroundColor: `${colours.accent}33`, threshold: 6 },
          },
        },
      },
    },
  }
}

/** Samples as points at 1, 2, 3 ...; more than `limit` are merged with their neighbours, and the slowest is kept. */
export function tracePoints(samples: readonly number[], limit: number): PlotPoint[] {
  const stride = Math.max(1, Math.ceil(samples.length / limit))
  const points: PlotPoint[] = []
  for (let start = 0; start < samples.length; start += stride) {
    let slowest = start
    for (let index = start + 1; index < Math.min(start + stride, samples.length); index += 1) {
      if ((samples[index] ?? 0) > (samples[slowest] ?? 0)) slowest = index
    }
    points.push({ x: slowest + 1, y: samples[slowest] ?? 0 })
  }
  return points
}
