import { BatchscopeError } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { ExperimentState } from '../project/state.ts'
import type { TrialModels } from './plan-trial.ts'

/** The descriptions of what an experiment measured. Throws a BatchscopeError where the project has lost one. */
export function recordedModels(
  models: ReadonlyMap<string, ModelDescription>,
  { name, record }: Pick<ExperimentState, 'name' | 'record'>,
): TrialModels {
  const find = (sha256: string) => {
    const model = models.get(sha256)
    if (model !== undefined) return model
    throw new BatchscopeError({
      code: 'project-damaged',
      message: `The project has no description of the model that ${name} measured.`,
      hint: 'Its line in the project file is damaged: restore it from a backup.',
      owner: 'system',
    })
  }
  return {
    reference: find(record.modelSha256),
    variants: new Map(
      (record.spec.factors.variants ?? []).map(({ name: variant, modelSha256 }) => [
        variant,
        find(modelSha256),
      ]),
    ),
  }
}
