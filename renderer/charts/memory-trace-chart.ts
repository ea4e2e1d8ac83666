import type { TelemetrySample } from '../../electron/contract/telemetry.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import { byteUnitFor } from './byte-unit.ts'
import type { ChartColours } from './chart-colours.ts'
import { executionLook } from './histogram-chart.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  tickText,
  verticalAxis,
  type PlotConfiguration,
} from './plot.ts'

/** Readings further apart than this belong to different executions, in ms. */
const executionGapMs = 1_500

/**
 * A trial's telemetry as its executions: other trials ran between them, so that each begins after a gap.
 * Readings without a session host, or of one that just ended, are left out.
 */
export function splitExecutions(telemetry: readonly TelemetrySample[]): TelemetrySample[][] {
  const executions: TelemetrySample[][] = []
  let lastMs = -Infinity
  for (const sample of telemetry) {
    if (sample.host === undefined || sample.host.residentBytes === 0) continue
    if (sample.timeMs - lastMs > executionGapMs) executions.push([])
    executions.at(-1)?.push(sample)
    lastMs = sample.timeMs
  }
  return executions
}

/** Resident memory of the session host over the time since each execution began, laid over each other. */
export function memoryTraceChart(
  executions: readonly (readonly TelemetrySample[])[],
  colours: ChartColours,
): PlotConfiguration {
  const base = basePlotOptions(colours)
  const largest = Math.max(0, ...executions.flat().map(({ host }) => host?.residentBytes ?? 0))
  const unit = byteUnitFor(largest)
  const longestMs = Math.max(
    1000,
    ...executions.map((samples) => (samples.at(-1)?.timeMs ?? 0) - (samples[0]?.timeMs ?? 0)),
  )
  return {
    type: 'line',
    data: {
      datasets: executions.map((samples, index) => ({
        ...datasetLook(executionLook(index), colours),
        label: `execution ${index + 1}`,
        data: samples.map(({ timeMs, host }) => ({
          x: (timeMs - (samples[0]?.timeMs ?? 0)) / 1000,
          y: (host?.residentBytes ?? 0) / unit.bytes,
        })),
        pointRadius: samples.length <= 5 ? 2 : 0,
      })),
    },
    options: {
      ...base,
      scales: {
        x: horizontalAxis({
          colours,
          min: 0,
          max: longestMs / 1000,
          most: 5,
          label: (s) => `${tickText(s)} s`,
        }),
        y: verticalAxis({
          colours,
          max: roundCeiling((largest / unit.bytes) * 1.1),
          most: 4,
          label: (value) => `${tickText(value)} ${unit.name}`,
        }),
      },
      plugins: {
        ...base.plugins,
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) => `${tickText(item?.parsed.x ?? 0)} s`,
            label: (item) => `${item.dataset.label ?? ''}: ${formatBytes((item.parsed.y ?? 0) * unit.bytes)}`,
          },
        },
      },
    },
  }
}
