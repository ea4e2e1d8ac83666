import { formatMilliseconds, formatNumber, formatPercent } from '../../electron/contract/quantity.ts'
import type { ChartColours } from './chart-colours.ts'
import { withAlpha } from './colour-alpha.ts'
import type { Histogram } from './histogram.ts'
import { markAnnotation } from './mark-annotation.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  tickText,
  verticalAxis,
  type PlotConfiguration,
} from './plot.ts'
import { seriesLook } from './series-look.ts'

/** How the latencies of a trial are spread: the share of samples in each bin, a stepped curve per execution. */
export function histogramChart(
  counted: Histogram,
  marks: readonly { value: number; name: string }[],
  colours: ChartColours,
): PlotConfiguration {
  const base = basePlotOptions(colours)
  const { edges, shares } = counted
  const first = edges[0] ?? 0
  const last = edges.at(-1) ?? 1
  return {
    type: 'line',
    data: {
      datasets: shares.map((share, index) => {
        const look = executionLook(index)
        const colour = colours.series[look.colour] ?? colours.text
        return {
          ...datasetLook(look, colours),
          label: `execution ${index + 1}`,
          data: edges.map((x, bin) => ({ x, y: (share[bin] ?? 0) * 100 })),
          stepped: 'before',
          fill: 'origin',
          backgroundColor: withAlpha(colour, 0.18),
          pointRadius: 0,
        }
      }),
    },
    options: {
      ...base,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: horizontalAxis({ colours, min: first, max: last, most: 5, label: formatNumber }),
        y: verticalAxis({ colours, most: 4, label: (value) => `${tickText(value)} %` }),
      },
      plugins: {
        ...base.plugins,
        annotation: {
          annotations: Object.fromEntries(
            marks
              .filter(({ value }) => value >= first && value <= last)
              .map(({ value, name }) => [name, markAnnotation('x', value, name, colours)]),
          ),
        },
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) => {
              const low = edges[item?.dataIndex ?? 0] ?? first
              const high = edges[(item?.dataIndex ?? 0) + 1] ?? low
              return `${formatMilliseconds(low)} to ${formatMilliseconds(high)}`
            },
            label: (item) => `${item.dataset.label ?? ''}: ${formatPercent((item.parsed.y ?? 0) / 100)}`,
          },
        },
      },
    },
  }
}

/** The look of an execution's curve, from 0: a solid line, then dashed ones. */
export function executionLook(index: number) {
  return { ...seriesLook(index), dash: seriesLook(index * 4).dash }
}
