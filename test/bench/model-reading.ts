import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { describeStructure } from '../../electron/engine/model/describe-model.ts'
import { encodeModel, GraphBuilder } from '../../resources/models/onnx-writer.ts'
import { seededWeights } from '../../resources/models/seeded-weights.ts'

/** Layers of the model, and how wide each is: a MiB of weights a layer. */
const layers = 96
const width = 512

/** Reading and loading take turns this often; hashing comes after them. */
const rounds = 25
const hashRounds = 3

interface ModelReading {
  bytes: number
  nodes: number
  /** Reading and describing, weights unread. */
  readMs: number
  /** The SHA-256 of the file, which is the model's name. */
  hashMs: number
  /** Creating ONNX Runtime's session on the CPU. */
  sessionMs: number
  /** The first over the last. */
  share: number
}

/**
 * How long a model of 100 MB takes to be read and described, to be hashed, and to be loaded by ONNX Runtime: the fastest
 * of several rounds each, because whatever else the machine does only ever adds to such short times.
 */
export async function benchModelReading(): Promise<ModelReading> {
  const folder = await mkdtemp(join(tmpdir(), 'batchscope-bench-'))
  try {
    const path = join(folder, 'large.onnx')
    await writeFile(path, largeModel())
    const files = createNodeFiles({ dataFolder: folder, resourcesFolder: folder })
    const { bytes, nodes } = await describeStructure(path, files)
    let [readMs, sessionMs, hashMs] = [Infinity, Infinity, Infinity]
    for (let round = 0; round < rounds; round += 1) {
      const [session, took] = await timed(() => InferenceSession.create(path))
      await session.release()
      sessionMs = Math.min(sessionMs, took)
      readMs = Math.min(readMs, (await timed(() => describeStructure(path, files)))[1])
    }
    for (let round = 0; round < hashRounds; round += 1) {
      hashMs = Math.min(hashMs, (await timed(() => files.sha256(path)))[1])
    }
    return { bytes, nodes, readMs, hashMs, sessionMs, share: readMs / sessionMs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[result: T, ms: number]> {
  const started = performance.now()
  const result = await work()
  return [result, performance.now() - started]
}

/** Fully connected layers, each with a bias and an activation. */
function largeModel(): Uint8Array {
  const graph = new GraphBuilder('large')
  const weights = seededWeights(1)
  let value = graph.input('x', 'float32', ['batch', width])
  for (let layer = 0; layer < layers; layer += 1) {
    const matrix = graph.initializer(
      `matrix.${layer}`,
      [width, width],
      weights.between(width * width, -0.04, 0.04),
    )
    const bias = graph.initializer(`bias.${layer}`, [width], weights.between(width, -0.1, 0.1))
    value = graph.node('Relu', [graph.node('Add', [graph.node('MatMul', [value, matrix]), bias])])
  }
  graph.node('Identity', [value], {}, 'y')
  graph.output('y', 'float32', ['batch', width])
  return encodeModel(graph)
}
