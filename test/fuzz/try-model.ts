import * as v from 'valibot'
import { modelText } from '../../electron/cli/model-text.ts'
import { BatchscopeError } from '../../electron/contract/failure.ts'
import { ModelDescriptionSchema } from '../../electron/contract/model.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'
import { createRandom, deriveSeed } from '../../electron/engine/statistics/random.ts'
import { memoryFiles } from '../unit/engine/model/memory-files.ts'
import { zoo, type ZooModel } from '../fixtures/zoo/index.ts'
import { mutateModel } from './mutate-model.ts'

/** Larger ones hold more weights, not more structure, and take longer to damage. */
const largestSeed = 16_000

/** Small models of every kind, to be damaged. */
export const seedModels: readonly (readonly [name: string, model: ZooModel])[] = Object.entries(zoo)
  .map(([name, make]) => [name, make()] as const)
  .filter(([, { bytes }]) => bytes.length <= largestSeed)

/** Codes of the sentences that a file can be refused with. */
const refusals = ['not-a-model', 'model-damaged', 'bad-input', 'external-data-missing']

/** What came of a mutant: `described`, or the code of the sentence that refuses it. */
export interface Tried {
  seedModel: string
  bytes: Uint8Array
  run(): Promise<string>
}

/** The mutant of this number. The same seed and number give the same one. */
export function mutant(seed: number, index: number): Tried {
  const random = createRandom(deriveSeed(seed, String(index)))
  const [name, model] = seedModels[random.integer(seedModels.length)] ?? ['', { bytes: new Uint8Array(1) }]
  const other = seedModels[random.integer(seedModels.length)]?.[1].bytes ?? model.bytes
  const bytes = mutateModel(model.bytes, random, other)
  return { seedModel: name, bytes, run: () => tryModel(bytes, model.beside ?? {}) }
}

/** Reads, describes, plans and tells a model as every entry does. Rejects with what a person must never see. */
async function tryModel(bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const files = memoryFiles({
    '/models/model.onnx': bytes,
    ...Object.fromEntries(Object.entries(beside).map(([name, data]) => [`/models/${name}`, data])),
  })
  try {
    const model = await describeModel('/models/model.onnx', files)
    v.parse(ModelDescriptionSchema, model)
    modelText(model, { style: (_, text) => text, width: 80 })
    planInputs(model, { batchSize: 2, executionProvider: 'cpu', dims: {} }, {})
    return 'described'
  } catch (error) {
    if (!(error instanceof BatchscopeError)) throw error
    const { code, message, hint } = error.failure
    if (!refusals.includes(code)) throw new Error(`It was refused as "${code}": ${message}`, { cause: error })
    if (hint === undefined || hint === '')
      throw new Error(`Nothing is said to do about: ${message}`, { cause: error })
    if (/[\n\r]/.test(message)) throw new Error(`More than one line: ${message}`, { cause: error })
    return code
  }
}
