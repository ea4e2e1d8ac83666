import { badInput } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { CommandParams } from '../../contract/workbench-api.ts'
import type { FileStore, Ports } from '../ports.ts'
import type { OpenedModels } from './opened-models.ts'

/** Makes a model from another, proves it, and describes it. */
export async function makeModel(
  params: CommandParams<'makeModel'>,
  context: { models: OpenedModels; ports: Ports },
): Promise<ModelDescription> {
  void [params, context]
  throw badInput('Not built yet.')
}

/** Writes a made model, and its external data beside it, to where the user wants it. */
export async function saveMadeModel(source: string, target: string, files: FileStore): Promise<void> {
  void [source, target, files]
  throw badInput('Not built yet.')
}
