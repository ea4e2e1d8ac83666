import type { ModelDescription } from '../../../electron/contract/model.ts'
import { axisOptions, type DraftFields } from '../../stores/draft-text.ts'
import { fileName } from '../../stores/model-choices.ts'

/** One input as the Experiment page tells it. */
export interface InputLine {
  name: string
  /** `axis 0 (batch)`, or `none`. */
  axis: string
  /** What it is fed with: a file, or what values are made up. */
  values: string
}

/** The inputs of a model as they were set up on the Model page. */
export function inputLines(
  model: ModelDescription,
  fields: Pick<DraftFields, 'batchAxes' | 'inputs'>,
): InputLine[] {
  const archive = fields.inputs.find(({ input }) => input === null)
  return model.inputs.map((input) => {
    const chosen = fields.batchAxes[input.name] ?? 'none'
    const own = fields.inputs.find((one) => one.input === input.name)
    const entry = own === undefined || own.entry.trim() === '' ? '' : `, ${own.entry.trim()}`
    return {
      name: input.name,
      axis: axisOptions(input).find(({ value }) => value === chosen)?.text ?? chosen,
      values:
        own !== undefined
          ? `${fileName(own.path)}${entry}`
          : archive !== undefined
            ? `${fileName(archive.path)}, by name`
            : (input.fedWith ?? 'made-up values'),
    }
  })
}
