import { fittedLatencyMs, type LatencyFit } from '../../electron/contract/fit.ts'
import { formatNumber, formatThroughput } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import { batchChart, curveDataset, lostDatasets, type BatchChartInput } from './batch-chart.ts'
import { tickText, type PlotConfiguration } from './plot.ts'

/** What the fitted latency means for throughput: batch size / latency, in items/s. */
function throughputOf(fit: LatencyFit | undefined): ((batchSize: number) => number) | undefined {
  return fit && ((batchSize) => (batchSize * 1000) / fittedLatencyMs(fit, batchSize))
}

/**
 * Throughput in items/s with its 95 % interval over the batch size, one curve a series. Batch sizes that cannot be told
 * apart from the recommended one have a halo; the fitted line is dotted.
 */
export function throughputChart(input: BatchChartInput): PlotConfiguration {
  const alike = input.alikeTrialIds ?? new Set()
  const datasets = input.curves.map((curve) =>
    curveDataset(input, {
      label: curve.label,
      look: curve.look,
      fitted: throughputOf(curve.latencyFit),
      points: curve.measured.map(({ id, config, throughput }) => ({
        x: input.axis.toX(config.batchSize),
        y: throughput.itemsPerSecond,
        low: throughput.ci95?.[0],
        high: throughput.ci95?.[1],
        ...(alike.has(id) && { isAlike: true }),
        trialId: id,
      })),
    }),
  )
  const largest = Math.max(
    0,
    ...input.curves.flatMap((curve) =>
      curve.measured.map(({ throughput }) => throughput.ci95?.[1] ?? throughput.itemsPerSecond),
    ),
  )
  return batchChart(input, {
    datasets: [...datasets, ...lostDatasets(input, 0)],
    y: { max: roundCeiling(largest * 1.05), label: tickText },
    describe: (point, label) =>
      point.low === undefined || point.high === undefined
        ? `${label}: ${formatThroughput(point.y)}`
        : `${label}: ${formatThroughput(point.y)} (${formatNumber(point.low)} to ${formatNumber(point.high)})`,
  })
}
