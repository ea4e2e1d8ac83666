import type { ModelDescription } from '../../contract/model.ts'
import type { FileStore } from '../ports.ts'
import { describeModel } from './describe-model.ts'
import { readDerivation } from './made-models.ts'

/** Descriptions of models by path, read again when the file or its external data changed. */
export class OpenedModels {
  private readonly files: FileStore
  private readonly known = new Map<string, { version: string; model: ModelDescription }>()

  constructor(files: FileStore) {
    this.files = files
  }

  /**
   * Those of models that Batchscope made tell where they come from. Rejects with a BatchscopeError that says why the file
   * is no usable model.
   */
  async open(path: string): Promise<ModelDescription> {
    const full = this.files.resolve(path)
    const known = this.known.get(full)
    if (known !== undefined && known.version === (await this.versionOf(known.model))) return known.model
    const described = await describeModel(full, this.files)
    const derivation = await readDerivation(full, described.sha256, this.files)
    const model = derivation === undefined ? described : { ...described, derivation }
    this.known.set(full, { version: await this.versionOf(model), model })
    return model
  }

  /** Size and time of the file and of its external data: another one after any of them was changed. */
  private async versionOf({ path, externalData }: ModelDescription): Promise<string> {
    const paths = [path, ...externalData.map((data) => data.path)]
    const stats = await Promise.all(paths.map((each) => this.files.stat(each)))
    return stats.map((stat) => `${stat?.bytes ?? ''} ${stat?.modified ?? ''}`).join(', ')
  }
}
