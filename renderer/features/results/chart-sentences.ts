import type { Analysis, CompletedTrialReport } from '../../../electron/contract/analysis.ts'
import { boundaryRemark } from '../../../electron/contract/boundary-words.ts'
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatThroughput,
} from '../../../electron/contract/quantity.ts'
import type { ReportedPercentile } from '../../charts/latency-chart.ts'
import { completed, memoryPeak } from '../../stores/trial-cells.ts'

/** What each chart of the Results page shows, as a sentence for those who do not see it. */
export function chartSentences(
  analysis: Analysis,
  percentile: ReportedPercentile,
): { throughput: string; latency: string; memory: string } {
  const trials = analysis.trials
    .flatMap((trial) => completed(trial) ?? [])
    .sort((a, b) => a.config.batchSize - b.config.batchSize)
  const first = trials[0]
  const last = trials.at(-1)
  if (first === undefined || last === undefined) {
    const nothing = 'Nothing has been measured yet.'
    return { throughput: nothing, latency: nothing, memory: nothing }
  }
  const between = `from batch ${batchOf(first)} to ${batchOf(last)}`
  const fastest = trials.reduce((best, trial) =>
    trial.throughput.itemsPerSecond > best.throughput.itemsPerSecond ? trial : best,
  )
  const memoryOf = (trial: CompletedTrialReport) => {
    const bytes = memoryPeak(trial.memory)
    return bytes === undefined ? 'unknown' : formatBytes(bytes)
  }
  const boundary = analysis.boundary === null ? '' : ` ${boundaryRemark(analysis.boundary)}`
  const rest = ' The table of trials has the numbers.'
  return {
    throughput: `Throughput ${between}: highest at batch ${batchOf(fastest)} with ${formatThroughput(
      fastest.throughput.itemsPerSecond,
    )}.${rest}`,
    latency: `Latency at p${percentile} ${between}: from ${formatMilliseconds(
      first.latencyMs[`p${percentile}`],
    )} to ${formatMilliseconds(last.latencyMs[`p${percentile}`])}.${rest}`,
    memory: `Peak memory ${between}: from ${memoryOf(first)} to ${memoryOf(last)}.${boundary}${rest}`,
  }
}

function batchOf(trial: CompletedTrialReport): string {
  return formatCount(trial.config.batchSize)
}
