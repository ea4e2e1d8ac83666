import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import type { BatchProbe } from '../../electron/contract/batch-probe.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { probeBatchAxes } from '../../electron/engine/model/axes/probe-batch.ts'
import { encodeModel, GraphBuilder, type ModelOptions } from '../../resources/models/onnx-writer.ts'
import { classifier, launcher, path } from './real-execution.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-probe-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const files = createNodeFiles({ dataFolder: path('dist'), resourcesFolder: path('resources') })
const ports = { hosts: launcher, clock: nodeClock, files }

async function written(graph: GraphBuilder, options: ModelOptions = {}): Promise<ModelDescription> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.onnx`)
  await writeFile(file, encodeModel(graph, options))
  return describeModel(file, files)
}

async function probe(model: ModelDescription, batchAxes: string[] = []): Promise<BatchProbe> {
  return probeBatchAxes(model, batchAxes, ports)
}

const zeros = (graph: GraphBuilder, name: string, dims: readonly number[]) =>
  graph.initializer(name, dims, new Float32Array(dims.reduce((product, size) => product * size, 1)))

describe('probing the batch axes', () => {
  it('finds that the outputs of a real network follow, quickly', async () => {
    const began = performance.now()
    const found = await probe(await describeModel(classifier, files))
    expect(found).toEqual({
      verdict: 'follows',
      tried: [2, 3],
      message: 'It ran at batch sizes 2 and 3, and its output follows.',
      outputAxes: { 'softmax_0.tmp_0': 0 },
    })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('finds where a state has its batch', async () => {
    const graph = new GraphBuilder('gru')
    graph.input('x', 'float32', [null, null, 6])
    graph.input('h', 'float32', [1, null, 8])
    const inputs = ['x', zeros(graph, 'w', [1, 24, 6]), zeros(graph, 'r', [1, 24, 8]), '', '', 'h']
    graph.nodes('GRU', inputs, ['y', 'hn'], { hidden_size: 8 })
    graph.output('y', 'float32', [null, 1, null, 8])
    graph.output('hn', 'float32', [1, null, 8])
    const found = await probe(await written(graph))
    expect(found).toMatchObject({ verdict: 'follows', outputAxes: { y: 2, hn: 1 } })
  })

  it('finds that a model ignores its batch', async () => {
    const graph = new GraphBuilder('mean')
    graph.input('x', 'float32', ['batch', 5])
    graph.node('ReduceMean', ['x'], { axes: [0], keepdims: 1 }, 'y')
    graph.output('y', 'float32', [1, 5])
    expect(await probe(await written(graph))).toMatchObject({
      verdict: 'ignores',
      tried: [2, 3],
      message: 'It ran at batch sizes 2 and 3, but its output "y" has shape 1 x 5 at both.',
      outputAxes: {},
    })
  })

  it('finds that a model refuses, and where it stops', async () => {
    const graph = new GraphBuilder('baked')
    graph.input('x', 'float32', ['batch', 3, 4])
    graph.node('Reshape', ['x', graph.integers('s', [1, 12])], {}, 'y')
    graph.output('y', 'float32', ['batch', 12])
    const found = await probe(await written(graph))
    expect(found).toMatchObject({ verdict: 'refuses', tried: [], outputAxes: {} })
    expect(found.message).toContain('at batch size 2')
    expect(found.message).toContain('Reshape_1')
  })

  it('tells which other axes work where a guess does not', async () => {
    const graph = new GraphBuilder('state')
    graph.input('x', 'float32', ['batch', 4])
    graph.input('state', 'float32', [null, null])
    // Sequences hide from the description that the state is [layers, batch].
    const hidden = graph.node('SequenceAt', [
      graph.node('SequenceConstruct', ['state']),
      graph.integers('at', 0),
    ])
    const mean = graph.node('ReduceMean', [hidden], { axes: [0], keepdims: 0 })
    graph.node('Add', ['x', graph.node('Unsqueeze', [mean, graph.integers('last', [1])])], {}, 'y')
    graph.output('y', 'float32', ['batch', 4])
    const model = await written(graph)
    expect(model.inputs[1]).toMatchObject({ batchAxis: 0, batchAxisConfidence: 'guess' })
    expect(await probe(model)).toEqual({
      verdict: 'follows',
      tried: [2, 3],
      batchAxes: ['state=1'],
      message:
        'It does not work with the batch axes that were found, but it does with state=1. It ran at batch sizes 2 and 3, and its output follows.',
      hint: 'Use --batch-axis state=1.',
      outputAxes: { y: 0 },
    })
    expect(await probe(model, ['state=1'])).toMatchObject({ verdict: 'follows' })
    expect(await probe(model, ['state=0'])).toMatchObject({ verdict: 'refuses' })
  })

  it('says so where there is nothing to try', async () => {
    const graph = new GraphBuilder('fixed')
    graph.input('x', 'float32', [1, 5])
    graph.node('Relu', ['x'], {}, 'y')
    graph.output('y', 'float32', [1, 5])
    const model = await written(graph)
    expect(await probe(model)).toMatchObject({
      verdict: 'fixed',
      tried: [],
      message: 'The batch of input "x" is fixed at 1, so there was nothing to try.',
    })
    expect((await probe(model, ['x=none'])).message).toBe(
      'No input has a batch axis, so there was nothing to try.',
    )
  })

  it('learns nothing of a model that does not load, or that does not run at all, and says why', async () => {
    const graph = new GraphBuilder('foreign')
    graph.input('x', 'float32', ['batch', 5])
    graph.node('FancyNorm', ['x'], {}, 'y', 'com.example')
    graph.output('y', 'float32', ['batch', 5])
    const opsets = [{ domain: 'com.example', version: 1 }]
    const foreign = await probe(await written(graph, { opsets }))
    expect(foreign).toMatchObject({ verdict: 'unknown', tried: [], outputAxes: {} })
    expect(foreign.message).toContain('FancyNorm')

    const stuck = new GraphBuilder('stuck')
    stuck.input('x', 'float32', ['batch', 'seq'])
    const sevens = stuck.node('Reshape', ['x', stuck.integers('s', [-1, 7, 11])])
    stuck.node('Relu', [sevens], {}, 'y')
    stuck.output('y', 'float32', [null, 7, 11])
    const found = await probe(await written(stuck))
    expect(found.verdict).toBe('unknown')
    expect(found.message).toContain('Even batch size 1 cannot be run')
  })

  it('refuses corrections that cannot be read', async () => {
    const model = await describeModel(classifier, files)
    await expect(probe(model, ['nope=0'])).rejects.toThrow('names no input of the model')
  })
})
