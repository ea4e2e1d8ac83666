import type { HostMessage } from '../../contract/host-protocol.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { Flag } from '../../contract/trial.ts'
import { outputsAsCorrected } from '../model/axes/corrected-outputs.ts'

type Outputs = Extract<HostMessage, { message: 'first-inference' }>['outputs']

/**
 * Compares the outputs of a run with the batch size that was fed: a model that ignores the batch must not look fast.
 * Outputs with a batch axis must have the batch size there. Where no output is known to have one, some dimension must
 * at least be a multiple of the batch size that the model does not fix, unless their sizes depend on the values that are
 * fed; batch size 1 tells nothing then. `batchAxes` are the user's corrections.
 */
export function checkBatch(
  model: Pick<ModelDescription, 'inputs' | 'outputs'>,
  outputs: Outputs,
  batchSize: number,
  batchAxes: Readonly<Record<string, number | null>> = {},
): { outputBatch?: number; flag?: Flag } {
  const known = outputsAsCorrected(model, batchAxes)
  const seen = known.flatMap((declared) => {
    const shape = outputs.find((output) => output.name === declared.name)?.shape
    const size = declared.batchAxis === undefined ? undefined : shape?.[declared.batchAxis]
    return size === undefined || shape === undefined ? [] : [{ ...declared, shape, size }]
  })
  const sure = seen.filter(({ batchAxisConfidence }) => batchAxisConfidence !== 'guess')
  const wrong = sure.find(({ size }) => size !== batchSize)
  if (wrong !== undefined) return ignored(wrong, batchSize)
  const right = seen.find(({ size }) => size === batchSize)
  if (right !== undefined) return { outputBatch: right.size }
  // An axis that was only guessed may be another one: every other sign of the batch is looked for.
  const grows = outputs.some(({ name, shape }) => {
    const declared = known.find((output) => output.name === name)?.shape
    return shape.some(
      (size, axis) => size % batchSize === 0 && (declared?.[axis] !== size || size === batchSize),
    )
  })
  if (grows) return {}
  const [guessed] = seen
  if (guessed !== undefined) return ignored(guessed, batchSize)
  if (known.some(({ sizedByValues }) => sizedByValues === true) || outputs.length === 0) return {}
  const shapes = outputs.map(
    ({ name, shape }) => `"${name}" ${shape.length === 0 ? 'is a scalar' : `has shape ${shape.join(' x ')}`}`,
  )
  const more = shapes.length > 3 ? `, and ${shapes.length - 3} more are alike` : ''
  return {
    flag: {
      name: 'batch-ignored',
      reason: `no output has a dimension that goes with batch size ${batchSize}: ${shapes.slice(0, 3).join(', ')}${more}`,
    },
  }
}

function ignored(
  { name, size, batchAxis }: { name: string; size: number; batchAxis?: number | undefined },
  batchSize: number,
): { outputBatch: number; flag: Flag } {
  return {
    outputBatch: size,
    flag: {
      name: 'batch-ignored',
      reason: `output "${name}" has size ${size} along its batch axis ${batchAxis} at batch size ${batchSize}`,
    },
  }
}
