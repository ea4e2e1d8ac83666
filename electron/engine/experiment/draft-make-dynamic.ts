import type { ExperimentDraft } from '../../contract/experiment.ts'
import { BatchscopeError } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { asIfFree, fixedBatch } from '../model/dynamic/fixed-batch.ts'
import { batchFreedom, readBatchAxes } from './draft-batch-axes.ts'
import { refused, understood, type Reading } from './draft-reading.ts'

/**
 * The model that a draft is read against: where it asks for a copy with its batch set free, the description of the model
 * as it will be then. A batch that is free already stays as it is. Makes nothing.
 */
export function readMakeDynamic(
  draft: Pick<ExperimentDraft, 'makeDynamic' | 'batchAxes'>,
  model: ModelDescription,
): Reading<ModelDescription> {
  const text = draft.makeDynamic?.trim().toLowerCase() ?? ''
  if (['', 'no'].includes(text)) return understood(model)
  if (text !== 'yes') {
    return refused(`"${draft.makeDynamic}" does not say whether to set the batch free.`, 'Write yes or no.')
  }
  const axes = readBatchAxes(
    (draft.batchAxes ?? []).map((each) => each.trim()).filter((each) => each !== ''),
    model,
  )
  // What is wrong with them is told at their own field.
  if (!axes.ok) return understood(model)
  if (model.pinnedBatch === undefined && batchFreedom(model, axes.value).kind === 'free')
    return understood(model)
  try {
    return understood(asIfFree(model, fixedBatch(model, axes.value).batchAxes))
  } catch (error) {
    if (!(error instanceof BatchscopeError)) throw error
    return refused(error.failure.message, error.failure.hint)
  }
}

/** The same, or the model as it is where that cannot be. */
export function modelOfDraft(
  draft: Pick<ExperimentDraft, 'makeDynamic' | 'batchAxes'>,
  model: ModelDescription,
): ModelDescription {
  const reading = readMakeDynamic(draft, model)
  return reading.ok ? reading.value : model
}
