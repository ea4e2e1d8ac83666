import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { describeModel } from '../../../../electron/engine/model/describe-model.ts'
import { sampleModels } from '../../../../electron/engine/model/sample-models.ts'
import { cnnClassifier } from '../../../../resources/models/cnn-classifier.ts'
import { textEncoder } from '../../../../resources/models/text-encoder.ts'
import { repositoryFile, repositoryPath } from './described.ts'
import { memoryFiles } from './memory-files.ts'

const file = (name: string) => repositoryFile(`resources/models/${name}`)
const files = memoryFiles({
  '/resources/models/samples.json': file('samples.json'),
  '/resources/models/cnn-classifier.onnx': file('cnn-classifier.onnx'),
  '/resources/models/text-encoder.onnx': file('text-encoder.onnx'),
})

describe('the sample models', () => {
  it('are all there, and can be profiled without a question', async () => {
    const samples = await sampleModels(files)
    expect(samples.map(({ path }) => path)).toEqual([
      '/resources/models/cnn-classifier.onnx',
      '/resources/models/text-encoder.onnx',
    ])
    for (const { path, name, about } of samples) {
      expect(name.length * about.length).toBeGreaterThan(0)
      const model = await describeModel(path, files)
      expect(model).toMatchObject({ warnings: [], producer: 'batchscope', opset: 17 })
      expect(model.inputs.map(({ batchAxis }) => batchAxis)).not.toContain(undefined)
      expect(model.outputs.map(({ batchAxis }) => batchAxis)).not.toContain(undefined)
    }
  })

  it('are what the generator writes', () => {
    expect(Buffer.compare(cnnClassifier(), file('cnn-classifier.onnx'))).toBe(0)
    expect(Buffer.compare(textEncoder(), file('text-encoder.onnx'))).toBe(0)
  })

  it('classify any number of pictures: shares of 1 that do not depend on the batch', async () => {
    const session = await InferenceSession.create(repositoryPath('resources/models/cnn-classifier.onnx'))
    const picture = 3 * 64 * 64
    const pictures = Float32Array.from({ length: 7 * picture }, (_, i) => ((i * 7919) % 1000) / 1000)
    const classify = async (batch: number) => {
      const image = new Tensor('float32', pictures.slice(0, batch * picture), [batch, 3, 64, 64])
      const { probabilities } = await session.run({ image })
      expect(probabilities?.dims).toEqual([batch, 100])
      return Array.from(probabilities?.data ?? [], Number)
    }
    const alone = await classify(1)
    expect(alone.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4)
    expect(new Set(alone).size).toBeGreaterThan(50)
    for (const batch of [2, 7]) closeTo((await classify(batch)).slice(0, 100), alone)
    await session.release()
  })

  it('encode any number of texts: what the mask hides has no influence', async () => {
    const session = await InferenceSession.create(repositoryPath('resources/models/text-encoder.onnx'))
    const encode = async (batch: number, length: number, hidden: number) => {
      const ids = BigInt64Array.from({ length: batch * length }, (_, i) =>
        BigInt(i % length < length - hidden ? ((i % length) * 37) % 1600 : (i * 11) % 1600),
      )
      const mask = BigInt64Array.from({ length: batch * length }, (_, i) =>
        i % length < length - hidden ? 1n : 0n,
      )
      const results = await session.run({
        input_ids: new Tensor('int64', ids, [batch, length]),
        attention_mask: new Tensor('int64', mask, [batch, length]),
      })
      expect(results['last_hidden_state']?.dims).toEqual([batch, length, 128])
      expect(results['sentence_embedding']?.dims).toEqual([batch, 128])
      return Array.from(results['sentence_embedding']?.data ?? [], Number)
    }
    const alone = await encode(1, 12, 0)
    closeTo((await encode(2, 16, 4)).slice(0, 128), alone)
    closeTo((await encode(7, 20, 8)).slice(6 * 128), alone)
    await session.release()
  })
})

function closeTo(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  const largest = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))))
  expect(largest).toBeLessThan(1e-4)
}
