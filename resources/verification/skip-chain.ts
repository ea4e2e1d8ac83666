import { GrownWeights } from './grown-weights.ts'
import { encodeModel, GraphBuilder } from '../models/onnx-writer.ts'

/** Side of the pictures, in pixels. */
const side = 128
const channels = 64
const steps = 64

/**
 * A chain of element-wise steps whose results are all used again, last first, as the skip connections of a U-Net are
 * (Ronneberger et al. 2015): all of them have to be kept at once. It needs about 256 MiB for each picture in tensors of no
 * more than 4 MiB, so that the memory of a large device ends long before a tensor has 2^31 elements, which is as far as
 * cuDNN and many kernels count. It is there to fill memory.
 */
export function skipChain(): Uint8Array {
  return encodeModel(build(), {
    doc: 'A chain with skip connections that keeps 64 tensors of 4 MiB for each picture. Untrained.',
  })
}

function build(): GraphBuilder {
  const graph = new GraphBuilder('skip-chain')
  const image = graph.input('image', 'float32', ['batch', 1, side, side])
  const filters = new GrownWeights(graph).layer('stem', [channels, 1, 3, 3], 9)
  let value = graph.node('Conv', [image, filters], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })
  const kept: string[] = []
  for (let step = 1; step <= steps; step += 1) {
    value = step % 2 === 1 ? graph.node('Sin', [value]) : scaledAndShifted(graph, value, step)
    kept.push(value)
  }
  for (const earlier of kept.slice(0, -1).reverse()) value = graph.node('Add', [value, earlier])
  graph.node('ReduceMean', [value], { axes: [2, 3], keepdims: 0 }, 'means')
  graph.output('means', 'float32', ['batch', channels])
  return graph
}

/** The constants differ from step to step, so that no two steps are the same to an optimiser; values stay within +-2. */
function scaledAndShifted(graph: GraphBuilder, value: string, step: number): string {
  const scale = graph.scalar(`step${step}.scale`, 1.2 + step / 200)
  const shift = graph.scalar(`step${step}.shift`, 0.2 * Math.sin(step))
  return graph.node('Add', [graph.node('Mul', [value, scale]), shift])
}
