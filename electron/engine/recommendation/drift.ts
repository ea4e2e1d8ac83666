import type { Drift, TrialReport } from '../../contract/analysis.ts'
import { formatPercent } from '../../contract/quantity.ts'
import type { Flag } from '../../contract/trial.ts'
import { fitBlocks } from '../statistics/block-effects.ts'
import { fisherTail } from '../statistics/student.ts'
import type { Measurement } from './measurement.ts'

/** More often than this chance alone must not make a drift significant. */
const falseAlarms = 0.01

/** A drift smaller than this is told of the experiment, but is no reason to distrust the numbers of a single trial. */
const matters = 0.1

/**
 * How the machine's speed changed from block to block, from all trials together; `undefined` with fewer than two blocks
 * that share trials which ran in both. Significant when the blocks differ by more than executions do anyway: the F-test
 * of the block effects of a randomised block design.
 */
export function driftOf(measurements: readonly (Measurement | undefined)[]): Drift | undefined {
  const rows = measurements.flatMap((measurement) => {
    const cells = (measurement?.executions ?? []).map(({ execution, period }) => ({
      block: execution.block,
      log: Math.log(period.mean),
    }))
    return cells.length > 1 ? [cells] : []
  })
  const { effects, residualDegrees } = fitBlocks(rows)
  const [first] = effects
  if (effects.length < 2 || first === undefined) return undefined
  const blocks = effects.map(({ block, raw }) => ({ block, ratio: Math.exp(raw - first.raw) }))
  const ratios = blocks.map(({ ratio }) => ratio)
  const degrees = effects.length - 1
  const squares = effects.reduce(
    (sum, { raw, variance }) => sum + (variance > 0 ? raw ** 2 / variance : 0),
    0,
  )
  const pValue = fisherTail(squares / degrees, degrees, residualDegrees)
  return {
    blocks,
    range: Math.max(...ratios) / Math.min(...ratios) - 1,
    significant: pValue < falseAlarms,
  }
}

/** The flag of a trial that ran in several blocks of an experiment that drifted; `undefined` for all others. */
export function driftFlag(drift: Drift | undefined, executions: number): Flag | undefined {
  if (drift === undefined || !drift.significant || drift.range < matters || executions < 2) return undefined
  return { name: 'drifting', reason: driftReason(drift) }
}

/** `the machine ran 6.2 % slower in block 3 than in block 1`. */
export function driftReason({ blocks, range }: Drift): string {
  const slowest = blocks.reduce((one, other) => (other.ratio > one.ratio ? other : one))
  const fastest = blocks.reduce((one, other) => (other.ratio < one.ratio ? other : one))
  return `the machine ran ${formatPercent(range)} slower in block ${slowest.block} than in block ${fastest.block}`
}

/** The report with this flag; beside what it says already where it has one of that name. */
export function withFlag<R extends TrialReport>(report: R, flag: Flag | undefined): R {
  if (flag === undefined) return report
  const same = report.flags.find(({ name }) => name === flag.name)
  const merged = same === undefined ? flag : { ...same, reason: `${same.reason}; ${flag.reason}` }
  return { ...report, flags: [...report.flags.filter(({ name }) => name !== flag.name), merged] }
}
