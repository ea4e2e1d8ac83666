import { studentTail } from './student.ts'

/** How many executions (fresh processes) of one configuration stand against how many. */
export interface ExecutionCounts {
  readonly before: number
  readonly after: number
}

/** With as many on each side, all of one side in one mode and all of the other in another are at most 3 % likely. */
const enoughExecutions = 3

/** With as many configurations each shows how processes of the others vary, and modes cannot hide from all of them. */
const enoughConfigurations = 3

/**
 * Where executions are too few, processes are taken to differ by at least this (a standard deviation, as a fraction):
 * 5 to 30 % is what a batch size varied by between passes on real machines.
 */
const assumedDeviation = 0.05

/** The level of a verdict under that assumption, and the one that p-values are held against everywhere. */
const strictLevel = 0.01
const level = 0.05

/**
 * Whether modes of a process can look like a change: with fewer than three executions on a side of every configuration,
 * and fewer than three configurations. A process that falls into one of two modes by chance puts both executions of one side
 * into one mode and both of the other side into the other in up to 12.5 % of cases, where Student's t sees two groups
 * that agree within and differ between; to permute labels cannot help, for there are too few ways.
 */
export function areTooFew(configurations: readonly ExecutionCounts[]): boolean {
  return (
    configurations.length < enoughConfigurations &&
    configurations.every(({ before, after }) => Math.min(before, after) < enoughExecutions)
  )
}

/** Variance of a difference of means over that of an execution. */
export function shareOf({ before, after }: ExecutionCounts): number {
  return 1 / before + 1 / after
}

/**
 * The least p-value that a difference of logarithms may have where executions are too few, however well they agree: that
 * under the assumed deviation, scaled so that 0.05 stands for the stricter level of 1 %. Two against two of one
 * configuration need a change of 14 % for a verdict.
 */
export function leastP(difference: number, share: number): number {
  const error = assumedDeviation * Math.sqrt(share)
  return Math.min(1, studentTail(difference / error, 10_000) * (level / strictLevel))
}
