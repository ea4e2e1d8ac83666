import type { ModelDescription } from '../../contract/model.ts'
import { readWhole, refused, understood, type Reading } from './draft-reading.ts'

/** The user's corrections of batch axes by input, each written `INPUT=AXIS` or `INPUT=none`. */
export function readBatchAxes(
  texts: readonly string[],
  model: ModelDescription,
): Reading<Record<string, number | null>> {
  const axes = new Map<string, number | null>()
  for (const text of texts) {
    const cut = text.lastIndexOf('=')
    if (cut < 1) return refused(`Batch axis "${text}" cannot be read.`, 'Write INPUT=AXIS, or INPUT=none.')
    const name = text.slice(0, cut).trim()
    const axisText = text.slice(cut + 1).trim()
    const input = model.inputs.find((candidate) => candidate.name === name)
    if (input === undefined) {
      return refused(
        `Batch axis "${text}" names no input of the model.`,
        `Its inputs are ${model.inputs.map((candidate) => candidate.name).join(', ')}.`,
      )
    }
    if (axes.has(name)) return refused(`Input "${name}" has two batch axes.`, 'Give one for each input.')
    if (axisText.toLowerCase() === 'none') {
      axes.set(name, null)
      continue
    }
    const rank = input.shape.length
    if (rank === 0) return refused(`Input "${name}" is a scalar and has no axes.`, `Write ${name}=none.`)
    const reading = readWhole(axisText, { what: `Batch axis of "${name}"`, least: 0, most: rank - 1 })
    if (!reading.ok) {
      return refused(reading.problem.message, `Use an axis from 0 to ${rank - 1}, or none.`)
    }
    axes.set(name, reading.value)
  }
  return understood(Object.fromEntries(axes))
}

/** How freely a model's batch size can be chosen. */
export type BatchFreedom =
  { kind: 'free' } | { kind: 'fixed'; size: number; input: string } | { kind: 'none' }

/** Whether the batch axes, as corrected by the user, take any size, one size only, or do not exist. */
export function batchFreedom(
  model: ModelDescription,
  batchAxes: Readonly<Record<string, number | null>>,
): BatchFreedom {
  let found = false
  for (const input of model.inputs) {
    const corrected = batchAxes[input.name]
    const axis = corrected === undefined ? input.batchAxis : corrected
    if (axis === undefined || axis === null) continue
    found = true
    const size = input.shape[axis]
    if (typeof size === 'number') return { kind: 'fixed', size, input: input.name }
  }
  return found ? { kind: 'free' } : { kind: 'none' }
}
