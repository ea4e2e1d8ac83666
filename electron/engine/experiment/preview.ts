import type {
  BatchSizes,
  ExperimentDraft,
  ExperimentPreview,
  ExperimentSpec,
  Rules,
} from '../../contract/experiment.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { seriesConfigurations } from './configurations.ts'
import { readDraft } from './draft.ts'
import type { OpenedInputFiles } from './draft-inputs.ts'
import type { Here, Reading } from './draft-reading.ts'
import type { OpenedVariant } from './draft-variants.ts'
import { typicalSearch } from './planner-auto.ts'
import { mostProfiledMs, mostProfiledSizes } from './profiled-sizes.ts'
import { mostExecutionsOf } from './race-limits.ts'

/** Starting a host and loading a model of ordinary size, in ms. */
const startMs = 500

/**
 * What a draft would do: its problems, or the number of trials and executions and how long they take. A time budget caps
 * the estimate.
 */
export function previewExperiment(
  draft: ExperimentDraft,
  model: ModelDescription,
  here?: Here,
  variants?: Reading<OpenedVariant[]>,
  inputFiles?: OpenedInputFiles,
): ExperimentPreview {
  const reading = readDraft(draft, model, here, variants, inputFiles)
  if (!reading.ok) return { problems: reading.problems }
  const { factors, rules, constraints } = reading.spec
  const configurations = seriesConfigurations(reading.spec)
  const series = configurations.length
  const { batchSizes } = factors
  const trials = series * (batchSizes.kind === 'list' ? batchSizes.values.length : searched(batchSizes))
  const executions = trials * rules.executions
  const [fewest, most] =
    batchSizes.kind === 'list' ? [executions, executions] : raced(trials, executions, series, reading.spec)
  const [shortest, longest] = executionEstimate(rules)
  const budgetMs = constraints.timeBudgetMs ?? Infinity
  const longestMs = most * longest
  // Profiling comes after measuring, on devices only.
  const onDevices = configurations.filter(({ executionProvider }) => executionProvider !== 'cpu').length
  const profiled = onDevices * Math.min(trials / series, mostProfiledSizes)
  return {
    problems: [],
    plan: {
      trials,
      executions,
      estimateMs: [
        Math.min(fewest * shortest + profiled * startMs, budgetMs),
        Math.min(longestMs + profiled * (startMs + mostProfiledMs), budgetMs),
      ],
      exact: batchSizes.kind === 'list' && longestMs <= budgetMs,
    },
  }
}

/** Batch sizes that a search typically visits: those of a ladder from 1 to its end, where that comes early. */
function searched({ maximum = Infinity }: Extract<BatchSizes, { kind: 'auto' }>): number {
  return Math.min(typicalSearch, maximum, 2 + Math.ceil(Math.log2(maximum)))
}

/** Batch sizes of a series between which a search typically has to decide in the end. */
const contenders = 3

/**
 * Fewest and most executions of a search. A batch size that is clearly no contender is executed once; those that
 * intervals cannot tell apart get up to `mostExecutions`.
 */
function raced(
  trials: number,
  executions: number,
  series: number,
  spec: Pick<ExperimentSpec, 'rules'>,
): [number, number] {
  const each = spec.rules.executions
  const deciding = Math.min(trials, contenders * series)
  return [
    trials + deciding * (Math.min(each, 2) - 1),
    executions + deciding * (mostExecutionsOf(spec) - each),
  ]
}

/** Shortest and longest ordinary duration of one execution, in ms. Most warm-ups settle within four times the least. */
function executionEstimate(rules: Rules): [number, number] {
  const longWarmup = Math.min(rules.warmupMaximumMs, rules.warmupMinimumMs * 4)
  return [startMs + rules.warmupMinimumMs + rules.minimumMs, startMs + longWarmup + rules.maximumMs]
}
