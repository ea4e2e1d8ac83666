import type { ModelDescription } from '../../contract/model.ts'
import type { FileStore } from '../ports.ts'
import { describeModel } from './describe-model.ts'
import { readDerivation } from './made-models.ts'

/** Descriptions of models by path, read again when the file changed. */
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
    const stat = await this.files.stat(full)
    const version = `${stat?.bytes ?? ''} ${stat?.modified ?? ''}`
    const known = this.known.get(full)
    if (known !== undefined && known.version === version) return known.model
    const described = await describeModel(full, this.files)
    const derivation = await readDerivation(full, described.sha256, this.files)
    const model = derivation === undefined ? described : { ...described, derivation }
    this.known.set(full, { version, model })
    return model
  }
}
