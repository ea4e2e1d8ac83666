import { relativeHalfWidthOf, type Interval } from '../../contract/interval.ts'
import type { Rules } from '../../contract/experiment.ts'
import { formatPercent } from '../../contract/quantity.ts'
import type { Execution, Flag } from '../../contract/trial.ts'
import { trendOf } from '../statistics/trend.ts'
import type { Measurement } from './measurement.ts'

/**
 * An interval this many times as wide as one execution was asked to reach is `wide-interval`. Above 1, because the
 * stopping rule looks at one execution, and the trial's interval also has to cover how executions differ.
 */
export const wideIntervalFactor = 2.5

/** A trend over one measured window is `drifting` when it is this unlikely by chance ... */
export const driftingPValue = 0.01

/** ... and this much, relative to the beginning: less matters to nobody. */
export const driftingChange = 0.05

/** The executions' own flags, one of each name, and those that only show over all executions of a trial. */
export function flagsOf(
  executions: readonly Execution[],
  measurement: Measurement | undefined,
  rules: Rules,
  interval?: Interval,
): Flag[] {
  const reasons = new Map<Flag['name'], string[]>()
  const add = ({ name, reason }: Flag) => reasons.set(name, [...(reasons.get(name) ?? []), reason])
  for (const execution of executions) {
    if (execution.outcome === 'completed') execution.flags.forEach(add)
  }

  const drifting = driftingFlag(measurement)
  if (drifting !== undefined) add(drifting)

  const halfWidth = interval && relativeHalfWidthOf(interval)
  if (halfWidth !== undefined && halfWidth > wideIntervalFactor * rules.relativeHalfWidth) {
    const aim = formatPercent(rules.relativeHalfWidth)
    add({
      name: 'wide-interval',
      reason: `the mean is known to ±${formatPercent(halfWidth)} only, more than ${wideIntervalFactor} times the ±${aim} aimed at`,
    })
  }
  const fewest = Math.min(...(measurement?.executions ?? []).map(({ latency }) => latency.samples))
  if (fewest < rules.minimumSamples) {
    const samples = fewest === 1 ? '1 sample' : `${fewest} samples`
    add({
      name: 'few-samples',
      reason: `an execution has ${samples}, fewer than the ${rules.minimumSamples} asked for`,
    })
  }
  return [...reasons].map(([name, all]) => ({ name, reason: joined(all) }))
}

/** From the samples, so that measurements of older versions get it too. */
function driftingFlag(measurement: Measurement | undefined): Flag | undefined {
  const executions = measurement?.executions ?? []
  const trends = executions
    .flatMap(({ execution }) => trendOf(execution.samplesMs) ?? [])
    .filter(({ change, pValue }) => pValue < driftingPValue && Math.abs(change) > driftingChange)
    .sort((one, other) => Math.abs(other.change) - Math.abs(one.change))
  const [strongest] = trends
  if (strongest === undefined) return undefined
  const { change } = strongest
  const where = executions.length > 1 ? `, in ${trends.length} of ${executions.length} executions` : ''
  const reason = `latency ${change > 0 ? 'rose' : 'fell'} by ${formatPercent(Math.abs(change))} while it was measured${where}`
  return { name: 'drifting', reason }
}

/** Reasons of this many kinds are all told; of more, which differ in their numbers only, the first. */
const mostReasons = 2

function joined(reasons: readonly string[]): string {
  const distinct = [...new Set(reasons)]
  if (distinct.length <= mostReasons) return distinct.join('; ')
  return `${distinct[0] ?? ''}; alike in ${reasons.length - 1} more executions`
}
