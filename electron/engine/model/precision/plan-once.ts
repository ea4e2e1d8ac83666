import type { ModelDescription } from '../../../contract/model.ts'
import { planInputs, type PlannedInputs } from '../plan-inputs.ts'

/** The inputs of one run with one sample, or with as many as the model's fixed batch has. */
export function planOnce(description: ModelDescription): PlannedInputs {
  const fixed = description.inputs
    .map(({ shape, batchAxis }) => (batchAxis === undefined ? undefined : shape[batchAxis]))
    .find((size) => typeof size === 'number')
  return planInputs(
    description,
    { batchSize: typeof fixed === 'number' ? fixed : 1, executionProvider: 'cpu', dims: {} },
    {},
  )
}
