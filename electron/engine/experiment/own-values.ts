import type { ExperimentSpec } from '../../contract/experiment.ts'
import { badInput } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { arrayName, type ArrayFiles } from '../inputs/array-files.ts'
import { fitArray } from '../inputs/fit-array.ts'
import type { InputValues, OwnValues } from '../inputs/input-values.ts'
import { withBatchAxes } from './draft-dims.ts'

/**
 * Where a session host finds the user's own values of an experiment. Rejects with a BatchscopeError where a file has
 * gone or is no longer the one that the experiment began with.
 */
export async function ownValues(
  { inputs = {}, batchAxes }: Pick<ExperimentSpec, 'inputs' | 'batchAxes'>,
  described: ModelDescription,
  arrays: ArrayFiles,
): Promise<OwnValues> {
  const model = withBatchAxes(described, batchAxes)
  const values = new Map<string, InputValues>()
  for (const [name, { path, entry, sha256 }] of Object.entries(inputs)) {
    const file = await arrays.open(path)
    const array = file.arrays.find((candidate) => candidate.entry === entry)
    const input = model.inputs.find((candidate) => candidate.name === name)
    if (file.sha256 !== sha256 || array === undefined || input === undefined) {
      throw badInput(
        `${path} is no longer the file that input "${name}" of this experiment was fed from.`,
        'Put the original file back, or start a new experiment.',
      )
    }
    values.set(name, {
      ...(await arrays.values(file, array)),
      type: input.type === 'unknown' ? array.header.dtype.type : input.type,
      ...fitArray(input, array.header, arrayName(file, entry)),
    })
  }
  return values
}
