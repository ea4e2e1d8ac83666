import type {
  BatchSizes,
  DraftField,
  DraftProblem,
  ExecutionProvider,
  ExperimentDraft,
  ExperimentSpec,
} from '../../contract/experiment.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { readBatchExpression } from './batch-expression.ts'
import { seriesConfigurations } from './configurations.ts'
import { batchFreedom, readBatchAxes } from './draft-batch-axes.ts'
import { readBoundaryGranularity, readMemoryBudget, readSlo, readTimeBudget } from './draft-constraints.ts'
import { readDevice } from './draft-device.ts'
import { readDims } from './draft-dims.ts'
import { readInputs, type OpenedInputFiles } from './draft-inputs.ts'
import { readMakeDynamic } from './draft-make-dynamic.ts'
import { readProviders } from './draft-providers.ts'
import { readWhole, readWholeList, refused, understood, type Here, type Reading } from './draft-reading.ts'
import { readRules } from './draft-rules.ts'
import { readRuntimes, usualRuntimes } from './draft-runtimes.ts'
import { misfit, trialModels, variantFactors, type OpenedVariant } from './draft-variants.ts'
import { defaultSeed } from './rules.ts'

export type DraftReading = { ok: true; spec: ExperimentSpec } | { ok: false; problems: DraftProblem[] }

/** More trials than this are a mistake: at two seconds each they take hours. */
const mostTrials = 4_096

/**
 * Reads an experiment as a person writes it, against the model it is for: the one grammar of the Experiment page and
 * of the command line. Every field is checked, so that all problems are told at once. With `here`, execution providers,
 * runtimes and devices that cannot be used on this machine are refused with the reason. `variants` are those of the
 * draft, read and opened before (`openVariants`), `inputFiles` the files with the user's own values (`openInputFiles`).
 */
export function readDraft(
  draft: ExperimentDraft,
  described: ModelDescription,
  here?: Here,
  variants: Reading<OpenedVariant[]> = understood([]),
  inputFiles: OpenedInputFiles = new Map(),
): DraftReading {
  const problems: DraftProblem[] = []
  /** The field's meaning; the fallback where it is empty, and where it is wrong, so that reading can go on. */
  const take = <T>(
    field: DraftField,
    text: string | undefined,
    fallback: T,
    read: (text: string) => Reading<T>,
  ) => {
    const trimmed = text?.trim() ?? ''
    if (trimmed === '') return fallback
    const reading = read(trimmed)
    if (reading.ok) return reading.value
    problems.push({ field, ...reading.problem })
    return fallback
  }
  const takeAll = <T>(field: DraftField, reading: Reading<T>, fallback: T): T => {
    if (reading.ok) return reading.value
    problems.push({ field, ...reading.problem })
    return fallback
  }

  const model = takeAll('makeDynamic', readMakeDynamic(draft, described), described)
  const batchAxes = takeAll('batchAxes', readBatchAxes(filled(draft.batchAxes), model), {})
  const asked = take<BatchSizes>('batch', draft.batch, { kind: 'auto' }, readBatchExpression)
  const batchSizes = takeAll('batch', fitToModel(asked, model, batchAxes), asked)
  const executionProviders = take<ExecutionProvider[]>(
    'executionProviders',
    draft.executionProviders,
    ['cpu'],
    (text) => readProviders(text, here?.providers),
  )
  const runtimes = take('runtimes', draft.runtimes, usualRuntimes(executionProviders, here), (text) =>
    readRuntimes(text, executionProviders, here),
  )
  const device = take<number | undefined>('device', draft.device, undefined, (text) =>
    readDevice(text, executionProviders, here),
  )
  const threads = take('threads', draft.threads, [], (text) =>
    readWholeList(text, { what: 'Thread count', least: 1, most: 1024 }),
  )
  const askedDims = takeAll('dims', readDims(filled(draft.dims), model, batchAxes), {})
  const dimTexts = filled(draft.dims)
  const { inputs, dims } = takeAll(
    'inputs',
    readInputs(filled(draft.inputs), { model, batchAxes, dims: askedDims, dimTexts, files: inputFiles }),
    { inputs: {}, dims: askedDims },
  )
  const opened = takeAll('variants', variants, [])
  const slo = take('slo', draft.slo, undefined, readSlo)
  const memoryBudgetBytes = take('memoryBudget', draft.memoryBudget, undefined, readMemoryBudget)
  const timeBudgetMs = take('timeBudget', draft.timeBudget, undefined, readTimeBudget)
  const boundaryGranularity = take(
    'boundaryGranularity',
    draft.boundaryGranularity,
    undefined,
    readBoundaryGranularity,
  )
  const seed = take('seed', draft.seed, defaultSeed, (text) =>
    readWhole(text, { what: 'Seed', least: 0, most: 4_294_967_295 }),
  )
  const { rules, problems: ruleProblems } = readRules(draft, timeBudgetMs)
  problems.push(...ruleProblems)

  const factors = {
    batchSizes,
    executionProviders,
    ...(device === undefined ? {} : { device }),
    threads,
    dims,
    ...variantFactors(opened),
    ...(runtimes === undefined ? {} : { runtimes }),
  }
  const sizes = batchSizes.kind === 'list' ? batchSizes.values.length : 1
  const trials = sizes * seriesConfigurations({ factors }).length
  if (trials > mostTrials) {
    problems.push({
      field: 'batch',
      message: `The factors make ${trials.toLocaleString('en-US')} trials, and ${mostTrials.toLocaleString('en-US')} is the most.`,
      hint: 'Vary fewer things at once, or use auto batch sizes.',
    })
  }
  if (problems.length > 0) return { ok: false, problems }
  const constraints = {
    ...(slo === undefined ? {} : { slo }),
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
    ...(timeBudgetMs === undefined ? {} : { timeBudgetMs }),
    ...(boundaryGranularity === undefined ? {} : { boundaryGranularity }),
  }
  const own = Object.keys(inputs).length === 0 ? {} : { inputs }
  const spec = { factors, rules, constraints, seed, batchAxes, ...own }
  const problem = opened.length === 0 ? undefined : misfit(trialModels(model, opened), spec)
  if (problem !== undefined) return { ok: false, problems: [{ field: 'variants', ...problem }] }
  return { ok: true, spec }
}

function filled(texts: readonly string[] | undefined): string[] {
  return (texts ?? []).map((text) => text.trim()).filter((text) => text !== '')
}

/** Batch sizes that the model can run: one only, where its batch axis is fixed or missing. */
function fitToModel(
  asked: BatchSizes,
  model: ModelDescription,
  batchAxes: Readonly<Record<string, number | null>>,
): Reading<BatchSizes> {
  const freedom = batchFreedom(model, batchAxes)
  if (freedom.kind === 'free') return understood(asked)
  const only = freedom.kind === 'fixed' ? freedom.size : 1
  if (asked.kind === 'auto' && (asked.maximum ?? only) >= only) {
    return understood({ kind: 'list', values: [only] })
  }
  const other = asked.kind === 'auto' ? asked.maximum : asked.values.find((value) => value !== only)
  if (other === undefined) return understood(asked)
  return freedom.kind === 'fixed'
    ? refused(
        `Batch size "${other}" cannot be run: input "${freedom.input}" of the model has the fixed batch size ${only}.`,
        `Use ${only}, or set the batch free in a copy (--make-dynamic).`,
      )
    : refused(
        `Batch size "${other}" cannot be run: no input of the model has a batch axis.`,
        'Use 1, or name the axis that counts samples as a batch axis, INPUT=AXIS.',
      )
}
