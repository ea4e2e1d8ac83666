import type { ModelDescription, ModelWarning } from '../../../electron/contract/model.ts'

/** Told where they can be mended: the verdict on the batch, and how sure each input's axis is. */
const toldElsewhere: readonly ModelWarning['code'][] = [
  'fixed-batch',
  'no-batch-axis',
  'uncertain-batch-axis',
]

/** The warnings that have no other place on the Model page. */
export const pageWarnings = ({ warnings }: ModelDescription): ModelWarning[] =>
  warnings.filter(({ code }) => !toldElsewhere.includes(code))
