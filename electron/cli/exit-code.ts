import type { Analysis } from '../contract/analysis.ts'
import type { Comparison } from '../contract/comparison.ts'
import type { Constraints } from '../contract/experiment.ts'
import type { Failure, FailureCode } from '../contract/failure.ts'

/** How a command ended, for scripts; documented in docs/command-line.md. */
export const exitCodes = {
  done: 0,
  internalError: 1,
  badInput: 2,
  nothingCompleted: 3,
  /** Also: a check of `verify` failed. */
  constraintsUnmet: 4,
  changeShown: 5,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Failures of what the user gave, rather than of Batchscope or the machine. */
const inputCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'bad-input',
  'not-found',
  'not-a-model',
  'model-damaged',
  'external-data-missing',
  'not-convertible',
  'batch-mismatch',
  'provider-unavailable',
  'project-damaged',
  'project-newer',
  'project-read-only',
  'forbidden',
])

/** The exit code for a command that could not do its work. */
export function exitCodeOfFailure(failure: Failure): ExitCode {
  if (failure.code === 'cancelled') return exitCodes.interrupted
  return inputCodes.has(failure.code) ? exitCodes.badInput : exitCodes.internalError
}

/** The exit code for a run that came to its end. */
export function exitCodeOfRun(analysis: Analysis, constraints: Constraints): ExitCode {
  if (!analysis.trials.some(({ outcome }) => outcome === 'completed')) return exitCodes.nothingCompleted
  const recommends = (goal: 'slo' | 'memory') =>
    analysis.recommendations.some((card) => card.goal === goal && card.batchSize !== null)
  if (constraints.slo !== undefined && !recommends('slo')) return exitCodes.constraintsUnmet
  if (constraints.memoryBudgetBytes !== undefined && !recommends('memory')) return exitCodes.constraintsUnmet
  return exitCodes.done
}

/** What `compare --fail-on` takes. */
export const failOnChoices = ['slower', 'faster', 'different'] as const
export type FailOn = (typeof failOnChoices)[number]

/** The exit code for a comparison: whether what was not to be is shown, overall or for any configuration. */
export function exitCodeOfComparison(comparison: Comparison, failOn: FailOn | undefined): ExitCode {
  const { overall, configurations } = comparison
  if (overall === null) return exitCodes.nothingCompleted
  const isMet = [overall, ...configurations.map(({ latency }) => latency)].some(({ verdict }) =>
    failOn === 'different' ? verdict !== 'no-difference-shown' : verdict === failOn,
  )
  return isMet ? exitCodes.changeShown : exitCodes.done
}
