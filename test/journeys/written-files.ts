import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeModel, GraphBuilder } from '../../resources/models/onnx-writer.ts'
import { floats } from '../fixtures/numpy-files.ts'

/** Files that a journey drops, written into a folder of its own. */

/** A small picture model whose batch is fixed at 1, also in the shape that a Reshape is given. */
export async function writeFixedModel(folder: string, name = 'fixed-batch.onnx'): Promise<string> {
  const graph = new GraphBuilder('fixed')
  const image = graph.input('image', 'float32', [1, 3, 8, 8])
  const flat = graph.node('Reshape', [image, graph.integers('flat_shape', [1, 192])])
  const weights = Float32Array.from({ length: 192 * 10 }, (_, index) => Math.sin(index) / 14)
  const product = graph.node('MatMul', [flat, graph.initializer('weights', [192, 10], weights)])
  graph.node('Relu', [product], {}, 'scores')
  graph.output('scores', 'float32', [1, 10])
  return write(folder, name, encodeModel(graph))
}

/** A NumPy file of float32 numbers. */
export const writeFloats = (folder: string, name: string, shape: readonly number[]): Promise<string> =>
  write(folder, name, floats(shape))

async function write(folder: string, name: string, content: Uint8Array): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
