import { describe, expect, it } from 'vitest'
import type { Dimension, ModelDescription, TensorType } from '../../../../electron/contract/model.ts'
import type { TrialConfig } from '../../../../electron/contract/trial.ts'
import { BatchscopeError, type Failure } from '../../../../electron/contract/failure.ts'
import { planInputs } from '../../../../electron/engine/model/plan-inputs.ts'
import { GraphBuilder } from '../../../../resources/models/onnx-writer.ts'
import { describeBytes, describeGraph, ocrModel, repositoryFile } from './described.ts'

const config = (batchSize: number, dims: Record<string, number> = {}): TrialConfig => ({
  batchSize,
  executionProvider: 'cpu',
  dims,
})

type Inputs = Record<string, readonly [TensorType, readonly Dimension[]]>

function described(inputs: Inputs): Promise<ModelDescription> {
  const graph = new GraphBuilder('plans')
  for (const [name, [type, shape]] of Object.entries(inputs)) graph.input(name, type, shape)
  graph.node('Identity', Object.keys(inputs).slice(0, 1), {}, 'y')
  graph.output('y', 'float32', ['batch'])
  return describeGraph(graph)
}

function refusal(plan: () => unknown): Failure | undefined {
  try {
    plan()
    return undefined
  } catch (error) {
    if (error instanceof BatchscopeError) return error.failure
    throw error
  }
}

describe('shapes', () => {
  it('take the batch size, the given dimensions by name or place, and suggestions for the rest', async () => {
    const model = await describeBytes(ocrModel('ch_ppocr_mobile_v2.0_cls'))
    const plan = planInputs(model, config(16, { 'x:2': 48, 'p2o.DynamicDimension.2': 192 }), {})
    expect(plan.inputs).toEqual([
      { name: 'x', type: 'float32', shape: [16, 3, 48, 192], fill: { kind: 'uniform', low: 0, high: 1 } },
    ])
    expect(plan.freeDimensionOverrides).toEqual({
      'p2o.DynamicDimension.0': 16,
      'p2o.DynamicDimension.1': 48,
      'p2o.DynamicDimension.2': 192,
    })
    expect(planInputs(model, config(2, { 'x:3': 192 }), {}).inputs[0]?.shape).toEqual([2, 3, 224, 192])
  })

  it('give a shared dimension the same size everywhere, whichever of its places was named', async () => {
    const model = await describeBytes(repositoryFile('resources/models/text-encoder.onnx'))
    const plan = planInputs(model, config(3, { 'attention_mask:1': 64 }), {})
    expect(plan.inputs.map(({ shape }) => shape)).toEqual([
      [3, 64],
      [3, 64],
    ])
    expect(plan.freeDimensionOverrides).toEqual({ batch: 3, sequence: 64 })
  })

  it('let a dimension that is made of others follow them', async () => {
    const model = await described({
      ids: ['int64', ['batch', 'sequence']],
      past: ['float32', ['batch*heads', 'past', 8]],
      mask: ['int64', ['batch', 'past + sequence']],
      scores: ['float32', ['batch', 'heads']],
    })
    const plan = planInputs(model, config(3, { sequence: 10, past: 4, heads: 2 }), {})
    expect(plan.inputs.map(({ shape }) => shape)).toEqual([
      [3, 10],
      [6, 4, 8],
      [3, 14],
      [3, 2],
    ])
    expect(planInputs(model, config(3, { 'past + sequence': 5 }), {}).inputs[2]?.shape).toEqual([3, 5])
  })

  it('follow a corrected batch axis', async () => {
    const model = await described({ x: ['float32', ['takes', 'clips', 4]] })
    const dims = { takes: 7, clips: 9 }
    expect(planInputs(model, config(5, { clips: 9 }), {}).inputs[0]?.shape).toEqual([5, 9, 4])
    expect(planInputs(model, config(5, dims), { x: 1 }).inputs[0]?.shape).toEqual([7, 5, 4])
    expect(planInputs(model, config(1, dims), { x: null }).inputs[0]?.shape).toEqual([7, 9, 4])
    expect(planInputs(model, config(5), { x: 1 }).freeDimensionOverrides).toEqual({ takes: 1, clips: 5 })
  })
})

describe('refusals', () => {
  const fixed = () => described({ image: ['float32', [1, 3, 8, 8]] })

  it('a fixed batch runs at its own size and says so at any other', async () => {
    const model = await fixed()
    expect(planInputs(model, config(1), {}).inputs[0]?.shape).toEqual([1, 3, 8, 8])
    expect(refusal(() => planInputs(model, config(4), {}))).toEqual({
      code: 'bad-input',
      message: 'Input "image" has a fixed batch of 1: batch size 4 cannot be run.',
      hint: 'Use batch size 1 only, or make the batch dynamic (--make-dynamic on the command line).',
      owner: 'user',
    })
  })

  it('a model without a batch axis runs at batch size 1 only', async () => {
    const model = await described({ x: ['float32', ['sequence', 8]] })
    expect(planInputs(model, config(1), {}).inputs[0]?.shape).toEqual([128, 8])
    expect(refusal(() => planInputs(model, config(2), {}))?.message).toBe(
      'The model has no batch axis: batch size 2 cannot be run.',
    )
  })

  it.each([0, -1, 1.5, Number.NaN])('a batch size of %s is none', async (batchSize) => {
    const model = await described({ x: ['float32', ['batch', 8]] })
    expect(refusal(() => planInputs(model, config(batchSize), {}))?.message).toBe(
      `${batchSize} is no batch size.`,
    )
  })

  it('a tensor larger than any machine can hold is named', async () => {
    const model = await described({ x: ['float32', ['batch', 3, 224, 224]] })
    const failure = refusal(() => planInputs(model, config(10 ** 12), {}))
    expect(failure?.code).toBe('bad-input')
    expect(failure?.message).toBe(
      'Input "x" would have 151,000,000,000,000,000 elements at batch size 1,000,000,000,000; a tensor has at most 2,147,483,647.',
    )
  })

  it('unknown dimensions, inputs and axes are named with those that exist', async () => {
    const model = await described({ x: ['int64', ['batch', 'sequence']] })
    expect(refusal(() => planInputs(model, config(1, { length: 5 }), {}))).toMatchObject({
      message: 'The model has no free dimension "length".',
      hint: 'Its free dimensions are sequence.',
    })
    expect(refusal(() => planInputs(model, config(1), { ids: 0 }))?.hint).toBe('Its inputs are x.')
    expect(refusal(() => planInputs(model, config(1), { x: 2 }))?.message).toBe('Input "x" has no axis 2.')
    expect(refusal(() => planInputs(model, config(1, { sequence: 0 }), {}))?.message).toBe(
      'Dimension "sequence" cannot be 0.',
    )
    expect(refusal(() => planInputs(model, config(1, { sequence: 8, 'x:1': 9 }), {}))?.message).toBe(
      'Dimension "x:1" is given twice, with two sizes.',
    )
  })

  it('an input that cannot be fed is named', async () => {
    const model = await described({ x: ['bfloat16', ['batch', 8]] })
    expect(refusal(() => planInputs(model, config(1), {}))?.message).toBe('Input "x" is of type bfloat16.')
  })
})

describe('fillings', () => {
  it('keep token ids within the embedding table, and let masks hide nothing', async () => {
    const model = await describeBytes(repositoryFile('resources/models/text-encoder.onnx'))
    expect(planInputs(model, config(1), {}).inputs.map(({ name, fill }) => [name, fill])).toEqual([
      ['input_ids', { kind: 'uniform', low: 0, high: 1599 }],
      ['attention_mask', { kind: 'constant', value: 1 }],
    ])
  })

  it('follow ids through a cast to the smallest table that they are looked up in', async () => {
    const graph = new GraphBuilder('tables')
    const ids = graph.node('Cast', [graph.input('ids', 'int32', ['batch', 'sequence'])], { to: 7 })
    const table = (name: string, rows: number) =>
      graph.initializer(name, [rows, 2], new Float32Array(rows * 2))
    const large = graph.node('Gather', [table('large', 50), ids])
    graph.node('Add', [large, graph.node('Gather', [table('small', 20), ids])], {}, 'y')
    graph.output('y', 'float32', ['batch', 'sequence', 2])
    const model = await describeGraph(graph)
    expect(planInputs(model, config(1), {}).inputs[0]?.fill).toEqual({ kind: 'uniform', low: 0, high: 19 })
  })

  it.each<[string, TensorType, readonly Dimension[], unknown]>([
    ['features', 'float32', ['batch', 20], { kind: 'normal', scale: 1 }],
    ['features', 'float16', ['batch', 20], { kind: 'normal', scale: 1 }],
    ['image', 'float32', ['batch', 3, 8, 8], { kind: 'uniform', low: 0, high: 1 }],
    ['image', 'float32', ['batch', 8, 8, 1], { kind: 'uniform', low: 0, high: 1 }],
    ['image', 'uint8', ['batch', 8, 8, 3], { kind: 'uniform', low: 0, high: 255 }],
    ['features', 'float32', ['batch', 64, 8, 8], { kind: 'normal', scale: 1 }],
    ['key_padding_mask', 'bool', ['batch', 20], { kind: 'constant', value: 0 }],
    ['attention_mask', 'bool', ['batch', 20], { kind: 'constant', value: 1 }],
    ['mask', 'float32', ['batch', 20], { kind: 'constant', value: 1 }],
    ['token_type_ids', 'int64', ['batch', 20], { kind: 'constant', value: 0 }],
    ['position_ids', 'int64', ['batch', 20], { kind: 'count', axis: 1 }],
    ['lengths', 'int64', ['batch'], { kind: 'constant', value: 30 }],
    ['sr', 'int64', [], { kind: 'constant', value: 16_000 }],
    ['temperature', 'float32', [1], { kind: 'constant', value: 1 }],
    ['counts', 'int32', ['batch', 20], { kind: 'uniform', low: 0, high: 1 }],
    ['use_cache', 'bool', [1], { kind: 'constant', value: 0 }],
    ['words', 'string', ['batch', 20], { kind: 'uniform', low: 0, high: 9 }],
  ])('suit an input called %s of type %s and shape %j', async (name, type, shape, fill) => {
    const model = await described({ [name]: [type, shape], ids: ['int64', ['batch', 'sequence']] })
    const { inputs } = planInputs(model, config(2, { sequence: 30 }), {})
    expect(inputs.find((input) => input.name === name)?.fill).toEqual(fill)
  })
})
