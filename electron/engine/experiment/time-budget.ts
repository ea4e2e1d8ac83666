import type { ExperimentSpec } from '../../contract/experiment.ts'
import { formatDuration } from '../../contract/quantity.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { seriesKey } from './configurations.ts'
import type { PlanStep } from './plan-step.ts'
import type { PlannerHistory } from './planner-history.ts'

/**
 * The step as far as the time budget allows it: only executions that can be expected to end within it. With none left the
 * experiment is done; `answer` then says what is known so far. The step itself without a budget.
 */
export function withinTimeBudget(
  step: PlanStep,
  spec: ExperimentSpec,
  history: PlannerHistory,
  answer: () => string,
): PlanStep {
  const { timeBudgetMs } = spec.constraints
  if (timeBudgetMs === undefined || step.kind === 'done' || step.configs.length === 0) return step
  let endsMs = history.elapsedMs
  const affordable = step.configs.filter(({ config }) => {
    const durationMs = expectedMs(config, history)
    if (endsMs + durationMs > timeBudgetMs) return false
    endsMs += durationMs
    return true
  })
  if (affordable.length > 0) return { ...step, configs: affordable }
  const used = `${timePhrase(history.elapsedMs)} of the time budget of ${timePhrase(timeBudgetMs)} are used`
  const decision = `${used}, and another execution would not end within it. ${answer()}`
  return { kind: 'done', decisions: [decision] }
}

/** `19.5 s`, `05:20`. */
function timePhrase(ms: number): string {
  return ms < 120_000 ? `${Number((ms / 1000).toFixed(1))} s` : formatDuration(ms)
}

/** How long one execution can be expected to take: as before; else as that of the next smaller size of its series. */
function expectedMs(config: TrialConfig, history: PlannerHistory): number {
  const key = seriesKey(config)
  const smaller = history.configs
    .filter((other) => seriesKey(other) === key && other.batchSize <= config.batchSize)
    .sort((one, other) => other.batchSize - one.batchSize)
  for (const known of smaller) {
    const durations = history.ended(known).map(({ durationMs }) => durationMs)
    if (durations.length > 0) return durations.reduce((sum, ms) => sum + ms, 0) / durations.length
  }
  return 0
}
