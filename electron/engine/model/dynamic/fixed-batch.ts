import { badInput } from '../../../contract/failure.ts'
import type { ModelDescription } from '../../../contract/model.ts'

/**
 * The axis that counts samples by input, and the one size that all those have which are fixed; where none is, the size
 * that nodes inside the graph insist on.
 */
export function fixedBatch(
  { name, inputs, pinnedBatch }: ModelDescription,
  corrections: Readonly<Record<string, number | null>>,
): { batch: number; batchAxes: Map<string, number> } {
  const batchAxes = new Map<string, number>()
  const sizes = new Map<number, string>()
  for (const input of inputs) {
    const correction = Object.hasOwn(corrections, input.name) ? corrections[input.name] : undefined
    const axis = correction === undefined ? input.batchAxis : correction
    if (axis === undefined || axis === null) continue
    batchAxes.set(input.name, axis)
    const size = input.shape[axis]
    if (typeof size === 'number') sizes.set(size, input.name)
  }
  const [first, second] = sizes
  if (batchAxes.size === 0) {
    throw badInput(
      `No input of "${name}" has an axis that counts samples, so there is no batch to set free.`,
      'If one does, name it with --batch-axis INPUT=AXIS.',
    )
  }
  if (first === undefined && pinnedBatch !== undefined) return { batch: pinnedBatch, batchAxes }
  if (first === undefined)
    throw badInput(`The batch of "${name}" is free already.`, 'Use the model as it is.')
  if (second !== undefined) {
    throw badInput(
      `Inputs "${first[1]}" and "${second[1]}" have fixed batches of different sizes, ${first[0]} and ${second[0]}.`,
      'Say which axes count samples with --batch-axis INPUT=AXIS, or INPUT=none.',
    )
  }
  if (first[0] === 0) throw badInput(`The batch of "${name}" is fixed at 0.`, 'Export the model again.')
  return { batch: first[0], batchAxes }
}

/** The description of the model that is to be made: the batch axes open. */
export function asIfFree(
  description: ModelDescription,
  batchAxes: ReadonlyMap<string, number>,
): ModelDescription {
  return {
    ...description,
    pinnedBatch: undefined,
    inputs: description.inputs.map((input) => {
      const axis = batchAxes.get(input.name)
      if (axis === undefined) return input
      return { ...input, batchAxis: axis, shape: input.shape.with(axis, null) }
    }),
  }
}
