import type { ModelDescription } from '../../../contract/model.ts'

/**
 * A model's outputs as they are known when the user has corrected batch axes: what was found of them follows from the
 * axes that were found, and is a guess beside others.
 */
export function outputsAsCorrected(
  { inputs, outputs }: Pick<ModelDescription, 'inputs' | 'outputs'>,
  batchAxes: Readonly<Record<string, number | null>>,
): ModelDescription['outputs'] {
  const corrected = inputs.some(({ name, batchAxis }) => {
    const correction = Object.hasOwn(batchAxes, name) ? batchAxes[name] : undefined
    return correction !== undefined && (correction ?? undefined) !== batchAxis
  })
  return corrected ? outputs.map((output) => ({ ...output, batchAxisConfidence: 'guess' as const })) : outputs
}
