import { analyse } from '../../../electron/engine/recommendation/analyse.ts'
import type { Analysis } from '../../../electron/contract/analysis.ts'
import { latencyGenerators, plainLatencies } from './latency-generators.ts'
import { information, type Row, type Section } from './rows.ts'
import {
  experimentBatchSizes,
  experimentLatencyMs,
  experimentProcessNoise,
  simulateExperiment,
  type ExperimentDrift,
} from './simulated-experiment.ts'
import { percent, shareOf } from './summary.ts'

const drifts: readonly (ExperimentDrift & { name: string })[] = [
  { name: '5 % slower with every second of a window', eachSecond: 0.05, eachBlock: 0 },
  { name: 'each block 10 % slower than the one before', eachSecond: 0, eachBlock: 0.1 },
]

/** Whether 95 % intervals cover the truth, and whether drift is flagged where there is drift and nowhere else. */
export function proveCoverage(runs: number, note: (what: string) => void = () => undefined): Section {
  const rows: Row[] = []
  const falseAlarms: boolean[] = []
  const falselyFlagged: boolean[] = []
  for (const generator of latencyGenerators) {
    note(generator.name)
    const covered: boolean[] = []
    const alarms: boolean[] = []
    for (let seed = 1; seed <= runs; seed += 1) {
      const analysis = analyse(simulateExperiment(generator, seed))
      covered.push(...coverageOf(analysis))
      alarms.push(isFlagged(analysis))
      falselyFlagged.push(...flaggedTrials(analysis))
    }
    falseAlarms.push(...alarms)
    const coverage = shareOf(covered)
    rows.push({
      id: `coverage.${generator.name}`,
      what: `cover the truth, ${generator.name} (${generator.how})`,
      measured: percent(coverage),
      goal: '93 to 97 %',
      met: coverage >= 0.93 && coverage <= 0.97,
      values: { coverage, driftFlagged: shareOf(alarms) },
    })
  }
  for (const { name, ...drift } of drifts) {
    note(name)
    const raised: boolean[] = []
    for (let seed = 1; seed <= runs; seed += 1) {
      raised.push(isFlagged(analyse(simulateExperiment(plainLatencies, seed, drift))))
    }
    const share = shareOf(raised)
    rows.push({
      id: drift.eachSecond > 0 ? 'drift.window' : 'drift.blocks',
      what: `drift is flagged, ${name}`,
      measured: percent(share),
      goal: 'at least 95 %',
      met: share >= 0.95,
      values: { raised: share },
    })
  }
  rows.push(
    information({
      id: 'drift.false-alarms',
      what: '... and where there is none, the five generators above: of trials, of experiments',
      measured: `${percent(shareOf(falselyFlagged))}, ${percent(shareOf(falseAlarms))}`,
      values: { trials: shareOf(falselyFlagged), experiments: shareOf(falseAlarms) },
    }),
  )
  return {
    title: '95 % intervals of the mean latency, and drift',
    legend:
      `${runs} simulated experiments a row, analysed as the product does: batch sizes ${experimentBatchSizes.join(', ')}, ` +
      `2 or 3 executions each with ${percent(experimentProcessNoise, 0)} process noise, samples by the default rules. ` +
      'A row is the share of their trials (drift: of experiments).',
    rows,
  }
}

/** Of every trial of the analysis: whether its interval holds the truth. A trial without an interval covers nothing. */
function coverageOf({ trials }: Analysis): boolean[] {
  return trials.map((trial) => {
    if (trial.outcome !== 'completed' || trial.latencyMs.meanCi95 === undefined) return false
    const [low, high] = trial.latencyMs.meanCi95
    const truth = experimentLatencyMs(trial.config.batchSize)
    return low <= truth && truth <= high
  })
}

function isFlagged(analysis: Analysis): boolean {
  return flaggedTrials(analysis).includes(true)
}

function flaggedTrials({ trials }: Analysis): boolean[] {
  return trials.map(({ flags }) => flags.some(({ name }) => name === 'drifting'))
}
