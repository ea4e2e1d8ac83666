import type { HostMessage } from '../../contract/host-protocol.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { Flag } from '../../contract/trial.ts'

type Outputs = Extract<HostMessage, { message: 'first-inference' }>['outputs']

/**
 * Compares the batch axes of the outputs, where they are known, with the batch size that was fed: a model that ignores
 * the batch must not look fast.
 */
export function checkBatch(
  model: ModelDescription,
  outputs: Outputs,
  batchSize: number,
): { outputBatch?: number; flag?: Flag } {
  const seen = model.outputs.flatMap(({ name, batchAxis }) => {
    const shape = outputs.find((output) => output.name === name)?.shape
    const size = batchAxis === undefined ? undefined : shape?.[batchAxis]
    return size === undefined ? [] : [{ name, batchAxis, size }]
  })
  const wrong = seen.find(({ size }) => size !== batchSize)
  if (wrong === undefined) return { outputBatch: seen[0]?.size }
  return {
    outputBatch: wrong.size,
    flag: {
      name: 'batch-ignored',
      reason: `output "${wrong.name}" has size ${wrong.size} along its batch axis ${wrong.batchAxis} at batch size ${batchSize}`,
    },
  }
}
