import type { DraftProblem, ExperimentDraft } from '../../electron/contract/experiment.ts'
import type { ModelDescription, ModelInput } from '../../electron/contract/model.ts'
import { ownValuesText, variantText, type OwnValues, type VariantChoice } from './model-choices.ts'
import { onPage } from './page-hints.ts'
import { presetOf, timeFields } from './rule-presets.ts'

/** The fields of the Experiment and Model pages, as typed. */
export interface DraftFields {
  batch: string
  executionProviders: string[]
  device: string
  /** Names of runtimes; none takes for each provider the first in which it can be used. */
  runtimes: string[]
  threads: string
  /** Text by key of the free dimension; empty takes the suggested value. */
  dims: Record<string, string>
  /** By input: an axis number, or `none`. */
  batchAxes: Record<string, string>
  /** Inputs that are fed with the user's own values; one entry an input at most. */
  inputs: OwnValues[]
  variants: VariantChoice[]
  slo: string
  memoryBudget: string
  timeBudget: string
  boundaryGranularity: string
  tolerance: string
  executions: string
  maxExecutions: string
  minTime: string
  maxTime: string
  warmupTime: string
  timeout: string
  seed: string
}

/** An input's own batch axis, as a field holds it. */
export const axisText = (input: Pick<ModelInput, 'batchAxis'>): string =>
  input.batchAxis === undefined ? 'none' : String(input.batchAxis)

/** What can be chosen as the batch axis of an input: each of its axes, with its size or name, and none. */
export function axisOptions({ shape }: Pick<ModelInput, 'shape'>): { value: string; text: string }[] {
  const axes = shape.map((dimension, axis) => ({
    value: String(axis),
    text: dimension === null ? `axis ${axis}` : `axis ${axis} (${dimension})`,
  }))
  return [...axes, { value: 'none', text: 'none' }]
}

/** A draft for a model with nothing but defaults. */
export function blankFields(model: ModelDescription | null): DraftFields {
  return {
    batch: 'auto',
    executionProviders: ['cpu'],
    device: '',
    runtimes: [],
    threads: '',
    dims: Object.fromEntries((model?.freeDimensions ?? []).map(({ key }) => [key, ''])),
    batchAxes: Object.fromEntries((model?.inputs ?? []).map((input) => [input.name, axisText(input)])),
    inputs: [],
    variants: [],
    slo: '',
    memoryBudget: '',
    timeBudget: '',
    boundaryGranularity: '',
    tolerance: '',
    executions: '',
    maxExecutions: '',
    minTime: '',
    maxTime: '',
    warmupTime: '',
    timeout: '',
    seed: '',
  }
}

/** The fields as the contract's draft: empty ones left out, batch axes only where the user changed them. */
export function toDraft(fields: DraftFields, model: ModelDescription): ExperimentDraft {
  const draft: ExperimentDraft = { executionProviders: fields.executionProviders.join(',') }
  // The standard times are the engine's own, which a time budget makes shorter; given, they would stand.
  const standardTimes = fields.timeBudget.trim() !== '' && presetOf(fields) === 'standard'
  const leftOut = new Set<string>(standardTimes ? timeFields : [])
  for (const key of textFields) {
    const text = fields[key].trim()
    if (text !== '' && !leftOut.has(key)) draft[key] = text
  }
  if (fields.runtimes.length > 0) draft.runtimes = fields.runtimes.join(',')
  const dims = Object.entries(fields.dims).flatMap(([key, text]) =>
    text.trim() === '' ? [] : [`${key}=${text.trim()}`],
  )
  if (dims.length > 0) draft.dims = dims
  const axes = correctedAxes(fields, model)
  if (axes.length > 0) draft.batchAxes = axes
  if (fields.inputs.length > 0) draft.inputs = fields.inputs.map(ownValuesText)
  if (fields.variants.length > 0) draft.variants = fields.variants.map(variantText)
  return draft
}

/** Batch axes that the user changed, each `INPUT=AXIS` or `INPUT=none`. */
export function correctedAxes(fields: Pick<DraftFields, 'batchAxes'>, model: ModelDescription): string[] {
  return model.inputs.flatMap((input) => {
    const chosen = fields.batchAxes[input.name]
    return chosen === undefined || chosen === axisText(input) ? [] : [`${input.name}=${chosen}`]
  })
}

/** A problem in the words of the page. */
export function problemHere(problem: DraftProblem): DraftProblem {
  return problem.hint === undefined ? problem : { ...problem, hint: onPage(problem.hint) }
}

/**
 * The fields for a model that takes the place of the one they were written for: what was typed stays where the new one
 * has the same input or dimension. Batch axes are the new one's own.
 */
export function carriedFields(fields: DraftFields, model: ModelDescription): DraftFields {
  const blank = blankFields(model)
  const names = new Set(model.inputs.map(({ name }) => name))
  return {
    ...fields,
    dims: Object.fromEntries(Object.keys(blank.dims).map((key) => [key, fields.dims[key] ?? ''])),
    batchAxes: blank.batchAxes,
    inputs: fields.inputs.filter(({ input }) => input === null || names.has(input)),
  }
}

const textFields = [
  'batch',
  'device',
  'threads',
  'slo',
  'memoryBudget',
  'timeBudget',
  'boundaryGranularity',
  'tolerance',
  'executions',
  'maxExecutions',
  'minTime',
  'maxTime',
  'warmupTime',
  'timeout',
  'seed',
] as const satisfies readonly (keyof DraftFields & keyof ExperimentDraft)[]
