import { type LatencyFit, fittedLatencyMs } from '../../electron/contract/fit.ts'
import { formatMilliseconds } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import { batchChart, curveDataset, lostDatasets, type BatchChartInput } from './batch-chart.ts'
import { tickText, type PlotConfiguration } from './plot.ts'

/** Percentiles of latency that a trial's report carries, in percent. */
export const reportedPercentiles = [50, 90, 95, 99] as const
export type ReportedPercentile = (typeof reportedPercentiles)[number]

/** A latency axis is logarithmic when its values span more than this factor. */
const spanOfLinearAxis = 12

/**
 * Latency in ms over the batch size: p50 and the percentile that the bound is about (else p99), one pair a series;
 * the higher percentile is dashed, the line fitted to the means dotted. The bound itself is drawn by whoever lets it be moved.
 */
export function latencyChart(input: BatchChartInput, percentile: ReportedPercentile): PlotConfiguration {
  const shown: ReportedPercentile[] = percentile === 50 ? [50] : [50, percentile]
  const datasets = input.curves.flatMap((curve) =>
    shown.map((p) =>
      curveDataset(input, {
        label: input.curves.length > 1 ? `${curve.label} p${p}` : `p${p}`,
        look: p === 50 ? curve.look : { ...curve.look, dash: [4, 3] },
        // Of the mean, which lies by the median and not by a high percentile.
        fitted: p === 50 ? latencyOf(curve.latencyFit) : undefined,
        points: curve.measured.map(({ id, config, latencyMs }) => ({
          x: input.axis.toX(config.batchSize),
          y: latencyMs[`p${p}`],
          trialId: id,
        })),
      }),
    ),
  )
  const values = datasets.flatMap((dataset) => dataset.data.map((point) => point.y)).filter((y) => y > 0)
  const largest = Math.max(0, ...values)
  const smallest = Math.min(largest, ...values)
  const logarithmic = smallest > 0 && largest / smallest > spanOfLinearAxis
  const floor = logarithmic ? logarithmicFloor(smallest) : 0
  return batchChart(input, {
    datasets: [...datasets, ...lostDatasets(input, floor)],
    y: {
      min: floor,
      max: roundCeiling(largest * (logarithmic ? 1.3 : 1.1)),
      logarithmic,
      label: tickText,
    },
    describe: (point, label) => `${label}: ${formatMilliseconds(point.y)}`,
  })
}

/** The fitted mean latency in ms. */
function latencyOf(fit: LatencyFit | undefined): ((batchSize: number) => number) | undefined {
  return fit && ((batchSize) => fittedLatencyMs(fit, batchSize))
}

/** 1, 2 or 5 times a power of ten, below the smallest value. */
function logarithmicFloor(smallest: number): number {
  const power = 10 ** Math.floor(Math.log10(smallest * 0.9))
  const step = [5, 2, 1].find((candidate) => candidate * power <= smallest * 0.9) ?? 1
  return step * power
}
