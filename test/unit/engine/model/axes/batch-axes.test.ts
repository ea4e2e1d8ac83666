import { describe, expect, it } from 'vitest'
import type { Dimension, ModelDescription } from '../../../../../electron/contract/model.ts'
import { GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { describeGraph } from '../described.ts'

type Shapes = Record<string, readonly Dimension[]>

/** A model with these inputs and outputs; what it computes does not matter. */
function described(inputs: Shapes, outputs: Shapes = { y: ['other'] }): Promise<ModelDescription> {
  const graph = new GraphBuilder('axes')
  for (const [name, shape] of Object.entries(inputs)) graph.input(name, 'float32', shape)
  for (const [name, shape] of Object.entries(outputs)) {
    graph.node('Identity', Object.keys(inputs).slice(0, 1), {}, name)
    graph.output(name, 'float32', shape)
  }
  return describeGraph(graph)
}

async function axesOf(inputs: Shapes): Promise<Record<string, number | undefined>> {
  const { inputs: found } = await described(inputs)
  return Object.fromEntries(found.map(({ name, batchAxis }) => [name, batchAxis]))
}

describe('the batch axis', () => {
  it.each(['batch', 'batch_size', 'N', 'n', 'bs', 'Batch', 'batchSize', 'text_batch_size', 'dynamic_batch'])(
    'is found by the name %s, wherever it stands',
    async (name) => {
      expect(await axesOf({ x: ['sequence', name, 80] })).toEqual({ x: 1 })
    },
  )

  it.each(['p2o.DynamicDimension.0', 'unk__612', 'x_dynamic_axes_1', 'None', '?', 's0', null, 'clips'])(
    'is the first dimension where that is open and called %s',
    async (name) => {
      expect(await axesOf({ x: [name, 3, null, null] })).toEqual({ x: 0 })
    },
  )

  it.each(['sequence', 'seq_len', 'height', 'num_frames', 'past_length'])(
    'is not a first dimension called %s',
    async (name) => {
      const model = await described({ x: [name, 512] })
      expect(model.inputs[0]?.batchAxis).toBeUndefined()
      expect(model.inputs[0]?.batchAxisReason).toContain(name)
      expect(model.warnings.map(({ code }) => code)).toEqual(['no-batch-axis'])
    },
  )

  it('may differ between inputs', async () => {
    expect(
      await axesOf({ ids: ['batch', 'sequence'], state: [2, 'batch', 64], scale: [], table: [10, 4] }),
    ).toEqual({
      ids: 0,
      state: 1,
      scale: undefined,
      table: undefined,
    })
  })

  it('is found in another input by a name that they share', async () => {
    expect(await axesOf({ x: ['unk__1', 8], state: [4, 'unk__1', 8] })).toEqual({ x: 0, state: 1 })
  })

  it('is marked as a guess where only the place speaks for it, beside an input that names its own', async () => {
    const model = await described({ ids: ['batch', 'sequence'], prompts: ['prompts', 8] })
    expect(model.warnings).toMatchObject([
      { code: 'uncertain-batch-axis', message: expect.stringContaining('"prompts"') },
    ])
  })

  it('that is fixed is pointed out with a remedy', async () => {
    const model = await described({ x: [4, 3, 32, 32] }, { y: [4, 10] })
    expect(model.inputs[0]).toMatchObject({
      batchAxis: 0,
      batchAxisReason: 'its first dimension, fixed at 4, is taken for the batch: output "y" has it first too',
      batchAxisConfidence: 'likely',
    })
    expect(model.outputs[0]?.batchAxis).toBe(0)
    expect(model.warnings).toEqual([
      {
        code: 'fixed-batch',
        message: 'The batch of input "x" is fixed at 4: no other batch size can be run.',
        remedy: 'Make the batch dynamic (--make-dynamic on the command line), or measure batch size 4 only.',
      },
    ])
  })

  it.each<[string, string, readonly Dimension[], 'certain' | 'likely' | 'guess']>([
    ['the model says so', 'batch', ['batch', 8], 'certain'],
    ['the outputs have it too', 'unnamed', [null, 8], 'likely'],
    ['only its place speaks for it', 'of another output', [null, 8], 'guess'],
  ])('is as sure as the signs for it: %s', async (_, kind, shape, confidence) => {
    const graph = new GraphBuilder('signs')
    graph.input('x', 'float32', shape)
    // Of the last one nothing is handed on.
    const last = kind === 'of another output' ? graph.node('Shape', ['x']) : 'x'
    graph.node('Identity', [last], {}, 'y')
    graph.output('y', 'float32', kind === 'of another output' ? [2] : [null, 8])
    const { inputs } = await describeGraph(graph)
    expect(inputs[0]).toMatchObject({ batchAxis: 0, batchAxisConfidence: confidence })
  })

  it('that is fixed has the size that most inputs and outputs begin with', async () => {
    const shapes: Shapes = { scale: [3, 1], x: [2, 16], mask: [2, 16] }
    const { inputs } = await described(shapes, { y: [2, 5] })
    expect(inputs.map(({ name, batchAxis }) => [name, batchAxis])).toEqual([
      ['scale', undefined],
      ['x', 0],
      ['mask', 0],
    ])
  })

  it('is not a first dimension that is made of the batch and something else', async () => {
    expect(await axesOf({ x: ['batch', 8], past: ['batch*heads', 4, 8] })).toEqual({ x: 0, past: undefined })
  })

  it('is missing from a single picture, a vector and a scalar', async () => {
    expect(await axesOf({ x: [3, 224, 224] })).toEqual({ x: undefined })
    expect(await axesOf({ x: [784] })).toEqual({ x: undefined })
    expect(await axesOf({ x: [] })).toEqual({ x: undefined })
  })
})

describe('the batch axis of an output', () => {
  const outputAxis = async (input: readonly Dimension[], output: readonly Dimension[]) =>
    (await described({ x: input }, { y: output })).outputs[0]?.batchAxis

  it('is where the name of the batch is', async () => {
    expect(await outputAxis(['sequence', 'N', 80], [1, 'N', 5])).toBe(1)
  })

  it('is the first where that is open under another name', async () => {
    expect(await outputAxis(['p2o.DynamicDimension.0', 3], ['p2o.DynamicDimension.4', 2])).toBe(0)
    expect(await outputAxis(['batch', 3], [null, 2])).toBe(0)
  })

  it('is unknown where the first is fixed, or counts something else', async () => {
    expect(await outputAxis(['batch', 3], [1, 2])).toBeUndefined()
    expect(await outputAxis(['batch', 'sequence'], ['sequence', 2])).toBeUndefined()
    expect(await outputAxis(['sequence', 'batch', 80], [null, 2])).toBeUndefined()
    expect(await outputAxis(['batch', 3], [])).toBeUndefined()
  })
})
