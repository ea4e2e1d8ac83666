import type { TrialReport } from '../../contract/analysis.ts'
import { timeParts, type TimePart } from '../../contract/time-words.ts'

/** Columns of where the time of a call goes; all empty for a trial that was not profiled. */
export const timeColumns: Record<string, (trial: TrialReport) => string | number | undefined> = {
  profiled_call_ms: ({ timeBreakdown }) => timeBreakdown?.callMs,
  profiled_copy_in_ms: (trial) => partOf(trial, 'in'),
  profiled_launch_ms: (trial) => partOf(trial, 'launch'),
  profiled_cpu_nodes_ms: ({ timeBreakdown }) => timeBreakdown?.split?.cpuNodesMs,
  profiled_copy_between_ms: ({ timeBreakdown }) => timeBreakdown?.transfer?.betweenMs,
  profiled_wait_ms: (trial) => partOf(trial, 'wait'),
  profiled_copy_out_ms: (trial) => partOf(trial, 'out'),
  profiled_execute_ms: ({ timeBreakdown }) => timeBreakdown?.executeMs,
  profiled_input_bytes: ({ timeBreakdown }) => timeBreakdown?.inputBytes,
  profiled_output_bytes: ({ timeBreakdown }) => timeBreakdown?.outputBytes,
  bound_by: ({ timeBreakdown }) => timeBreakdown?.bound?.kind,
  fallback_nodes: ({ timeBreakdown }) => timeBreakdown && (timeBreakdown.fallback?.count ?? 0),
  arena_held_bytes: ({ timeBreakdown }) => timeBreakdown?.arena?.heldBytes,
  arena_peak_in_use_bytes: ({ timeBreakdown }) => timeBreakdown?.arena?.peakInUseBytes,
  profile_problem: ({ timeBreakdownProblem }) => timeBreakdownProblem,
}

function partOf({ timeBreakdown }: TrialReport, key: TimePart['key']): number | undefined {
  return timeBreakdown && timeParts(timeBreakdown).find((part) => part.key === key)?.ms
}

/** True where a trial was profiled, or was to be. */
export function hasTimes(trials: readonly TrialReport[]): boolean {
  return trials.some(
    ({ timeBreakdown, timeBreakdownProblem }) =>
      timeBreakdown !== undefined || timeBreakdownProblem !== undefined,
  )
}
