import * as v from 'valibot'
import type { CommandResult } from '../../contract/workbench-api.ts'
import type { FileStore } from '../ports.ts'

const SampleListSchema = v.array(v.object({ file: v.string(), name: v.string(), about: v.string() }))

/** The models that come with Batchscope. */
export async function sampleModels(files: FileStore): Promise<CommandResult<'sampleModels'>> {
  const folder = files.resolve(files.resourcesFolder, 'models')
  const list = await files.read(files.resolve(folder, 'samples.json'))
  const samples = v.parse(SampleListSchema, JSON.parse(new TextDecoder().decode(list)))
  return samples.map(({ file, name, about }) => ({ name, path: files.resolve(folder, file), about }))
}
