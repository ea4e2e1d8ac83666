import { describe, expect, it } from 'vitest'
import type { Dimension, ModelInput, TensorType } from '../../../../electron/contract/model.ts'
import {
  chooseFeeding,
  describeFeedings,
  feedingContext,
} from '../../../../electron/engine/model/input-fill.ts'
import { planInputs } from '../../../../electron/engine/model/plan-inputs.ts'
import { GraphBuilder } from '../../../../resources/models/onnx-writer.ts'
import { describeBytes, describeGraph, repositoryFile } from './described.ts'

type Given = [name: string, type: TensorType, shape: Dimension[], more?: Partial<ModelInput>]

/** Inputs whose first dimension is the batch, where they have one that is called so. */
function inputsOf(...given: Given[]): ModelInput[] {
  return given.map(([name, type, shape, more]) => {
    const batchAxis = shape.indexOf('batch')
    return { name, type, shape, batchAxisReason: '', ...(batchAxis < 0 ? {} : { batchAxis }), ...more }
  })
}

/** What the first of some inputs is fed with at batch size 2, open dimensions at 40. */
function feeding(...given: Given[]) {
  const inputs = inputsOf(...given)
  const sizes = (shape: readonly Dimension[]) =>
    shape.map((size) => (typeof size === 'number' ? size : size === 'batch' ? 2 : 40))
  const shapes = new Map(inputs.map(({ name, shape }) => [name, sizes(shape)]))
  const [input] = inputs
  if (input === undefined) throw new Error('No input was given.')
  return chooseFeeding(input, sizes(input.shape), feedingContext(inputs, shapes))
}

const constant = (value: number) => ({ kind: 'constant', value })
const uniform = (low: number, high: number) => ({ kind: 'uniform', low, high })
const tokens: Given = ['input_ids', 'int64', ['batch', 'seq']]
const image: Given = ['image', 'float32', ['batch', 3, 320, 480]]
const sound: Given = ['x', 'float32', ['batch', 'n']]

describe('what an input is fed with', () => {
  it.each<[string, Given[], unknown]>([
    [
      'positions count up along the sequence',
      [['position_ids', 'int64', ['batch', 'seq']]],
      { kind: 'count', axis: 1 },
    ],
    ['the first position of a single step', [['position_ids', 'int64', ['batch', 1]]], constant(0)],
    ['cached positions', [['cache_position', 'int64', ['seq']]], { kind: 'count', axis: 0 }],
    [
      'more positions than rows',
      [['position_ids', 'int64', ['batch', 'seq'], { values: { low: 0, high: 9 } }]],
      uniform(0, 9),
    ],
    ['segments', [['segment_ids:0', 'int64', ['batch', 'seq']]], constant(0)],
    [
      'ids that are cast',
      [['ids', 'float32', ['batch', 'seq'], { values: { low: 0, high: 99 } }]],
      uniform(0, 99),
    ],
    ['a mask of padding', [['src_key_padding_mask', 'bool', ['batch', 'seq']]], constant(0)],
    ['a mask of attention', [['attention_mask', 'int64', ['batch', 'seq']]], constant(1)],
    ['an additive mask', [['attn_mask', 'float32', ['batch', 1, 'seq', 'seq']]], constant(1)],
    ['global attention', [['global_attention_mask', 'int64', ['batch', 'seq']]], constant(0)],
    ['a branch', [['use_cache_branch', 'bool', [1]]], constant(0)],
    ['a branch in camel case', [['useCacheBranch', 'bool', [1]], tokens], constant(0)],
    ['a prompt that is not there', [['has_mask_input', 'float32', [1]], image], constant(0)],
    [
      'keys of the past',
      [['past_key_values.0.key', 'float32', ['batch', 4, 'past', 64]], tokens],
      { kind: 'normal', scale: 0.1 },
    ],
    ['a state by its name', [['h0', 'float32', [2, 'batch', 64]], sound], constant(0)],
    [
      'a state by its graph',
      [['x2', 'float32', [2, 'batch', 64], { initialState: true }], sound],
      constant(0),
    ],
    ['a state that is all there is', [['state', 'float32', ['batch', 8]]], { kind: 'normal', scale: 1 }],
    [
      'features of a transformer',
      [['encoder_hidden_states', 'float32', ['batch', 'seq', 64]], tokens],
      { kind: 'normal', scale: 1 },
    ],
    ['lengths', [['input_lengths', 'int64', ['batch']], sound], constant(40)],
    [
      'lengths where nothing is open',
      [
        ['lengths', 'int64', ['batch', 1]],
        ['x', 'float32', ['batch', 30, 80]],
      ],
      constant(30),
    ],
    ['the last position', [['seqlens_k', 'int32', ['batch']], tokens], constant(39)],
    ['a rate', [['sr', 'int64', []], sound], constant(16_000)],
    ['a rate that the graph names', [['sampling_rate', 'int64', [], { usual: 8000 }], sound], constant(8000)],
    ['the side of the pictures', [['im_shape', 'float32', ['batch', 2]], image], constant(320)],
    ['a scale', [['scale_factor', 'float32', ['batch', 2]], image], constant(1)],
    [
      'steps of diffusion',
      [
        ['timestep', 'int64', ['batch']],
        ['sample', 'float32', ['batch', 4, 64, 64]],
      ],
      uniform(0, 999),
    ],
    ['a speaker', [['sid', 'int64', ['batch']], tokens], constant(0)],
    ['a threshold', [['iou_threshold', 'float32', [1]], image], constant(0.5)],
    ['boxes to keep', [['max_output_boxes_per_class', 'int64', [1]], image], constant(100)],
    ['beams', [['num_beams', 'int32', [1]], tokens], constant(1)],
    ['scales of a voice', [['scales', 'float32', [3]], tokens], constant(1)],
    ['sound by its name', [['input_values', 'float32', ['batch', 'n']]], uniform(-1, 1)],
    ['sound by its rate', [sound, ['sr', 'int64', []]], uniform(-1, 1)],
    ['sound by its dimension', [['input', 'float32', ['batch', 'samples']]], uniform(-1, 1)],
    ['features of sound', [['audio_signal', 'float32', ['batch', 80, 'n']]], { kind: 'normal', scale: 1 }],
    ['a film', [['pixel_values', 'float32', ['batch', 16, 3, 224, 224]]], uniform(0, 1)],
    ['truth by chance', [['choices', 'bool', ['batch', 8]]], uniform(0, 1)],
    ['text', [['words', 'string', ['batch']]], uniform(0, 9)],
  ])('%s', (_, given, fill) => {
    expect(feeding(...given).fill).toEqual(fill)
  })

  it('is said in words', () => {
    const inputs = inputsOf(
      ['input_ids', 'int64', ['batch', 'seq'], { values: { low: 0, high: 30_521 } }],
      ['attention_mask', 'int64', ['batch', 'seq']],
      ['position_ids', 'int64', ['batch', 'seq']],
      ['x', 'bfloat16', ['batch']],
    )
    const places = ['input_ids:1', 'attention_mask:1', 'position_ids:1']
    expect([...describeFeedings(inputs, [{ key: 'seq', places, suggested: 128 }])]).toEqual([
      ['input_ids', 'token ids from 0 to 30,521: the rows of the table'],
      ['attention_mask', 'ones: nothing is masked'],
      ['position_ids', 'positions from 0 to 127'],
    ])
  })

  it('is told with the description of a model', async () => {
    const model = await describeBytes(repositoryFile('resources/models/text-encoder.onnx'))
    expect(model.inputs.map(({ fedWith }) => fedWith)).toEqual([
      'token ids from 0 to 1,599: the rows of the table',
      'ones: nothing is masked',
    ])
  })
})

describe('what the graph says of an input', () => {
  const fills = async (graph: GraphBuilder) =>
    planInputs(
      await describeGraph(graph),
      { batchSize: 1, executionProvider: 'cpu', dims: {} },
      {},
    ).inputs.map(({ fill }) => fill)

  it('that a recurrence begins with it, whatever it is called', async () => {
    const graph = new GraphBuilder('recurrent')
    const x = graph.input('x', 'float32', [5, 'batch', 4])
    const first = graph.node('Identity', [graph.input('a', 'float32', [1, 'batch', 3])])
    const weight = graph.initializer('w', [1, 9, 4], new Float32Array(36))
    const recurrence = graph.initializer('r', [1, 9, 3], new Float32Array(27))
    graph.node('GRU', [x, weight, recurrence, '', '', first], { hidden_size: 3 }, 'y')
    graph.output('y', 'float32', [5, 1, 'batch', 3])
    expect(await fills(graph)).toEqual([{ kind: 'normal', scale: 1 }, constant(0)])
  })

  it('the number that it is compared with: the usual rate of several', async () => {
    const graph = new GraphBuilder('rates')
    const x = graph.input('x', 'float32', ['batch', 4])
    const rate = graph.input('kind', 'int64', [])
    const rates = [8000, 16_000].map((value) =>
      graph.initializer(`r${value}`, [], BigInt64Array.of(BigInt(value))),
    )
    const [low, high] = rates.map((value) => graph.node('Equal', [rate, value]))
    const either = graph.node('Or', [low ?? '', high ?? ''])
    graph.node('Where', [either, x, x], {}, 'y')
    graph.output('y', 'float32', ['batch', 4])
    expect((await fills(graph))[1]).toEqual(constant(16_000))
  })

  it('the table that a branch looks it up in', async () => {
    const branch = (name: string) => {
      const inside = new GraphBuilder(name)
      const table = inside.initializer(`${name}_table`, [12, 2], new Float32Array(24))
      inside.node('Gather', [table, 'ids'], {}, `${name}_y`)
      inside.output(`${name}_y`, 'float32', ['batch', 'seq', 2])
      return inside
    }
    const graph = new GraphBuilder('branches')
    graph.input('ids', 'int64', ['batch', 'seq'])
    const cached = graph.input('use_cache_branch', 'bool', [1])
    graph.node('If', [cached], { then_branch: branch('then'), else_branch: branch('else') }, 'y')
    graph.output('y', 'float32', ['batch', 'seq', 2])
    expect(await fills(graph)).toEqual([uniform(0, 11), constant(0)])
  })
})
