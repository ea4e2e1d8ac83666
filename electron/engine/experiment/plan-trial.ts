import { badInput, BatchscopeError } from '../../contract/failure.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { InputPlan } from '../../contract/host-protocol.ts'
import type { ModelDescription, ModelInput } from '../../contract/model.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import type { OwnValues } from '../inputs/input-values.ts'
import { planInputs, type PlannedInputs } from '../model/plan-inputs.ts'
import { isFeedable } from '../model/reading/tensor-types.ts'

/** The models of an experiment. */
export interface TrialModels {
  /** The experiment's own. */
  readonly reference: ModelDescription
  /** Those measured beside it, by the name of the variant. */
  readonly variants: ReadonlyMap<string, ModelDescription>
  /** The user's own values, by input of the reference; absent means that all are made. */
  readonly values?: OwnValues
}

/** The model that a configuration runs. Throws a BatchscopeError where the variant is not there. */
export function modelOf({ reference, variants }: TrialModels, { variant }: TrialConfig): ModelDescription {
  if (variant === undefined) return reference
  const model = variants.get(variant)
  if (model !== undefined) return model
  throw new BatchscopeError({
    code: 'project-damaged',
    message: `The project has no description of the variant "${variant}".`,
    hint: 'Its line in the project file is damaged: restore it from a backup.',
    owner: 'system',
  })
}

/**
 * What one configuration is fed. A variant gets the same values as the reference, rounded to its own element types, so
 * that speed and outputs can be held against each other. Throws a BatchscopeError `bad-input` that names what cannot be.
 */
export function planTrial(
  models: TrialModels,
  config: TrialConfig,
  { batchAxes }: Pick<ExperimentSpec, 'batchAxes'>,
): PlannedInputs {
  const planned = planInputs(models.reference, config, batchAxes, models.values)
  return config.variant === undefined
    ? planned
    : planVariant(config.variant, modelOf(models, config), planned.inputs)
}

/** The reference's inputs for a variant: sizes and values as they are, element types and names of dimensions its own. */
function planVariant(
  name: string,
  variant: ModelDescription,
  ofReference: readonly InputPlan[],
): PlannedInputs {
  const own = new Set(variant.inputs.map((input) => input.name))
  const missing = ofReference.find((input) => !own.has(input.name))
  if (missing !== undefined) {
    throw badInput(
      `Variant "${name}" has no input "${missing.name}", as the reference has.`,
      own.size === 0 ? 'It has no inputs at all.' : `Its inputs are ${[...own].join(', ')}.`,
    )
  }
  const freeDimensionOverrides: Record<string, number> = {}
  const inputs = variant.inputs.map((input) => {
    const plan = ofReference.find((candidate) => candidate.name === input.name)
    if (plan === undefined) {
      throw badInput(
        `Variant "${name}" has an input "${input.name}", which the reference has not.`,
        `The reference's inputs are ${ofReference.map((each) => each.name).join(', ')}.`,
      )
    }
    for (const [symbol, size] of sizesOf(name, input, plan.shape)) {
      if ((freeDimensionOverrides[symbol] ?? size) !== size) {
        throw badInput(
          `Variant "${name}" has one dimension "${symbol}" where the reference's inputs have ${freeDimensionOverrides[symbol]} and ${size}.`,
          'Give the dimensions of the reference the same value.',
        )
      }
      freeDimensionOverrides[symbol] = size
    }
    return { ...plan, type: feedableType(name, input, plan) }
  })
  return { inputs, freeDimensionOverrides }
}

/** Sizes of an input's open dimensions by their symbolic names. Throws where the variant is not of this shape. */
function sizesOf(
  name: string,
  { name: input, shape }: ModelInput,
  sizes: readonly number[],
): [string, number][] {
  if (shape.length !== sizes.length) {
    throw badInput(
      `Input "${input}" of variant "${name}" has ${axesWords(shape.length)}, and that of the reference ${axesWords(sizes.length)}.`,
      'A variant takes the same inputs as the reference.',
    )
  }
  return shape.flatMap((dimension, axis): [string, number][] => {
    const size = sizes[axis] ?? 1
    if (typeof dimension === 'number' && dimension !== size) {
      throw badInput(
        `Input "${input}" of variant "${name}" has size ${dimension} along axis ${axis}, and the reference is fed ${size} there.`,
        'Use the sizes of the variant, or a variant whose dimension is not fixed.',
      )
    }
    return typeof dimension === 'string' ? [[dimension, size]] : []
  })
}

function feedableType(name: string, { name: input, type }: ModelInput, { type: own, fill }: InputPlan) {
  if (!isFeedable(type)) {
    throw badInput(
      `Input "${input}" of variant "${name}" is ${type === 'unknown' ? 'no tensor of a type that can be fed' : `of type ${type}`}.`,
      'Use a variant with float32 or float16 inputs.',
    )
  }
  if (fill.kind === 'file' && type !== own) {
    throw badInput(
      `Input "${input}" of variant "${name}" is ${type}, and your values for it are ${own}.`,
      `Use a variant that takes ${own}, or leave out your own values.`,
    )
  }
  return type
}

function axesWords(count: number): string {
  return count === 1 ? '1 axis' : `${count} axes`
}
