import type { ProviderStatus } from '../../contract/environment.ts'
import type { ExperimentDraft, ExperimentPreview, Rules } from '../../contract/experiment.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { seriesConfigurations } from './configurations.ts'
import { readDraft } from './draft.ts'
import { typicalSearch } from './planner-auto.ts'

/** Starting a host and loading a model of ordinary size, in ms. */
const startMs = 500

/** What a draft would do: its problems, or the number of trials and executions and how long they take. */
export function previewExperiment(
  draft: ExperimentDraft,
  model: ModelDescription,
  providers?: readonly ProviderStatus[],
): ExperimentPreview {
  const reading = readDraft(draft, model, providers)
  if (!reading.ok) return { problems: reading.problems }
  const { factors, rules } = reading.spec
  const exact = factors.batchSizes.kind === 'list'
  const sizes = factors.batchSizes.kind === 'list' ? factors.batchSizes.values.length : typicalSearch
  const trials = sizes * seriesConfigurations(reading.spec).length
  const executions = trials * rules.executions
  const [least, most] = executionEstimate(rules)
  return {
    problems: [],
    plan: { trials, executions, estimateMs: [executions * least, executions * most], exact },
  }
}

/** Shortest and longest ordinary duration of one execution, in ms. Most warm-ups settle within four times the least. */
function executionEstimate(rules: Rules): [number, number] {
  const longWarmup = Math.min(rules.warmupMaximumMs, rules.warmupMinimumMs * 4)
  return [startMs + rules.warmupMinimumMs + rules.minimumMs, startMs + longWarmup + rules.maximumMs]
}
