import { variantKinds, type VariantKind } from '../../contract/derivation.ts'
import type { DraftProblem, ExperimentSpec } from '../../contract/experiment.ts'
import { BatchscopeError } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { longestVariantName, referenceName } from '../../contract/variant-words.ts'
import { seriesConfigurations } from './configurations.ts'
import { refused, understood, type Reading } from './draft-reading.ts'
import { planTrial, type TrialModels } from './plan-trial.ts'

/** A variant as it was asked for: a file, or a kind to be made from the experiment's model. */
export type VariantRequest = { name: string } & ({ path: string } | { kind: VariantKind })

/** A variant with its description. Until it is made, a `kind` has the reference's, whose inputs it will have. */
export interface OpenedVariant {
  readonly name: string
  readonly model: ModelDescription
  readonly kind?: VariantKind
}

/** More than these in one experiment are a mistake: each is measured at every batch size. */
const mostVariants = 16

/** Variants, each written `FILE`, `NAME=FILE`, `KIND` or `NAME=KIND`. Without a name a file is called by its own. */
export function readVariants(texts: readonly string[]): Reading<VariantRequest[]> {
  const requests: VariantRequest[] = []
  for (const text of texts) {
    const { name: given, source } = splitName(text)
    if (source === '') return refused(`Variant "${text}" names no model.`, writeOne)
    const kind = variantKinds.find((each) => each === source.toLowerCase())
    const name = given ?? kind ?? nameOfFile(source)
    if (name === '' || name.length > longestVariantName) {
      return refused(
        `Variant "${text}" has ${name === '' ? 'no name' : 'too long a name'}.`,
        `Write NAME=FILE, with a name of up to ${longestVariantName} characters.`,
      )
    }
    if (name.toLowerCase() === referenceName) {
      return refused(
        `No variant can be called "${name}": that is the experiment's own model.`,
        `Write NAME=${source} with another name.`,
      )
    }
    if (requests.some((other) => other.name === name)) {
      return refused(`Two variants are called "${name}".`, `Name them: NAME=${source}.`)
    }
    requests.push(kind === undefined ? { name, path: source } : { name, kind })
  }
  if (requests.length > mostVariants) {
    return refused(`${requests.length} variants are too many.`, `Give at most ${mostVariants}.`)
  }
  return understood(requests)
}

const writeOne = `Write a model file, NAME=FILE, or one of ${variantKinds.join(', ')}.`

/** A name has no folder in it: `a/b=c.onnx` is a file. */
function splitName(text: string): { name?: string; source: string } {
  const [, name, source] = /^([^=/\\]*)=(.*)$/.exec(text) ?? []
  return name === undefined || source === undefined
    ? { source: text.trim() }
    : { name: name.trim(), source: source.trim() }
}

function nameOfFile(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? path).replace(/\.onnx$/i, '')
}

/** Reads the variants of a draft and opens their files; makes nothing. */
export async function openVariants(
  texts: readonly string[] | undefined,
  reference: ModelDescription,
  open: (path: string) => Promise<ModelDescription>,
): Promise<Reading<OpenedVariant[]>> {
  const filled = (texts ?? []).map((text) => text.trim()).filter((text) => text !== '')
  const requests = readVariants(filled)
  if (!requests.ok) return requests
  const opened: OpenedVariant[] = []
  for (const request of requests.value) {
    const { name } = request
    if ('kind' in request) {
      opened.push({ name, kind: request.kind, model: reference })
      continue
    }
    try {
      opened.push({ name, model: await open(request.path) })
    } catch (error) {
      if (!(error instanceof BatchscopeError)) throw error
      return refused(`Variant "${name}": ${error.failure.message}`, error.failure.hint)
    }
  }
  return understood(opened)
}

/** The variants with those that are to be made made. Rejects with a BatchscopeError that says why one cannot be. */
export async function makeVariants(
  variants: readonly OpenedVariant[],
  make: (kind: VariantKind) => Promise<ModelDescription>,
): Promise<OpenedVariant[]> {
  const made: OpenedVariant[] = []
  for (const variant of variants) {
    made.push(variant.kind === undefined ? variant : { ...variant, model: await make(variant.kind) })
  }
  return made
}

/** The models of an experiment with these variants. */
export function trialModels(reference: ModelDescription, variants: readonly OpenedVariant[]): TrialModels {
  return { reference, variants: new Map(variants.map(({ name, model }) => [name, model])) }
}

/** The same as an experiment keeps it. */
export function variantFactors(
  variants: readonly OpenedVariant[],
): Pick<ExperimentSpec['factors'], 'variants'> {
  if (variants.length === 0) return {}
  return { variants: variants.map(({ name, model }) => ({ name, modelSha256: model.sha256 })) }
}

/**
 * Why a variant cannot be fed what the reference is fed: its inputs have other names or shapes. Looked for at the smallest
 * and the largest batch size, so that it is quick; `undefined` where all fit.
 */
export function misfit(models: TrialModels, spec: ExperimentSpec): Omit<DraftProblem, 'field'> | undefined {
  const { batchSizes } = spec.factors
  const sizes =
    batchSizes.kind === 'list'
      ? [Math.min(...batchSizes.values), Math.max(...batchSizes.values)]
      : [1, Math.min(2, batchSizes.maximum ?? 2)]
  for (const series of seriesConfigurations(spec)) {
    for (const batchSize of new Set(sizes)) {
      try {
        planTrial(models, { ...series, batchSize }, spec)
      } catch (error) {
        if (!(error instanceof BatchscopeError)) throw error
        // The reference comes first: what cannot be fed to it is no fault of a variant.
        if (series.variant === undefined) return undefined
        return { message: error.failure.message, hint: error.failure.hint }
      }
    }
  }
  return undefined
}
