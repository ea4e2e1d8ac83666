import { relativeHalfWidthOf, type Interval } from '../../contract/interval.ts'
import type { Rules } from '../../contract/experiment.ts'
import { formatPercent } from '../../contract/quantity.ts'
import type { Execution, Flag } from '../../contract/trial.ts'
import type { Measurement } from './measurement.ts'

/**
 * An interval this many times as wide as one execution was asked to reach is `wide-interval`. Above 1, because the
 * stopping rule looks at one execution, and the trial's interval also has to cover how executions differ.
 */
export const wideIntervalFactor = 2.5

/** The executions' own flags, one of each name, and those that only show over all executions of a trial. */
export function flagsOf(
  executions: readonly Execution[],
  measurement: Measurement | undefined,
  rules: Rules,
  interval?: Interval,
): Flag[] {
  const reasons = new Map<Flag['name'], Set<string>>()
  const add = ({ name, reason }: Flag) => reasons.set(name, (reasons.get(name) ?? new Set()).add(reason))
  for (const execution of executions) {
    if (execution.outcome === 'completed') execution.flags.forEach(add)
  }

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
  return [...reasons].map(([name, all]) => ({ name, reason: [...all].join('; ') }))
}
