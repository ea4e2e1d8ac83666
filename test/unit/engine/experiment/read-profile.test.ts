import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readProfile } from '../../../../electron/engine/experiment/read-profile.ts'
import { profileText, textFile, type CallSketch, type NodeSketch } from '../../../fixtures/profile-text.ts'

const cuda = 'CUDAExecutionProvider'
const node = (name: string, us: number, more: Partial<NodeSketch> = {}): NodeSketch => ({
  ...{ name, operator: 'Conv', provider: cuda, us },
  ...more,
})
const call = (...nodes: NodeSketch[]): CallSketch => ({ copyInUs: 300, nodes, betweenUs: 50, copyOutUs: 700 })
const read = (text: string, runs = 10) => readProfile(textFile(text), runs)

describe('a profile that ONNX Runtime recorded on the CPU', () => {
  const recorded = () =>
    readFile(new URL('../../../fixtures/profiles/cpu-classifier.json', import.meta.url), 'utf8')

  it('gives the last calls with the spans around and inside the executor', async () => {
    const calls = await read(await recorded(), 2)
    expect(
      calls.map(({ callMs, copyInMs, executeMs, copyOutMs }) => [callMs, copyInMs, executeMs, copyOutMs]),
    ).toEqual([
      [1.751, 0.012, 1.737, 0.002],
      [1.726, 0.007, 1.716, 0.003],
    ])
  })

  it('gives every node with its operator, provider and time, and the arena after the last', async () => {
    const last = (await read(await recorded())).at(-1)
    expect(last?.nodes).toHaveLength(18)
    expect(last?.nodes[4]).toMatchObject({
      ...{ name: 'batchnormalization_13_nchwc', operator: 'Conv', provider: 'cpu', ms: 0.722 },
      ...{ outputBytes: 393_216, shapesOnly: false },
    })
    expect(last?.arenas.get('cpu')).toEqual({ heldBytes: 3_260_416, peakInUseBytes: 2_213_632 })
  })

  it('never gives the first call, which is slow, however many are asked for', async () => {
    expect(await read(await recorded(), 100)).toHaveLength(3)
  })
})

describe('reading a profile', () => {
  it('takes the time of a graph inside a node from that node, and its executor for none of the call', async () => {
    const loop = node('loop', 1000, {
      operator: 'Loop',
      provider: 'CPUExecutionProvider',
      inside: [node('body', 300), node('body', 400)],
    })
    const [, last] = await read(profileText([call(), call(), call(loop)]))
    expect(last).toMatchObject({ executeMs: 1.05, copyInMs: 0.3, copyOutMs: 0.7, callMs: 2.05 })
    expect(last?.nodes.map(({ name, ms }) => [name, ms])).toEqual([
      ['loop', 0.3],
      ['body', 0.3],
      ['body', 0.4],
    ])
  })

  const few: Record<string, number[]>[] = [{ int64: [4] }, { bool: [2, 2] }, { float: [] }]
  const image = { float: [8, 3, 224, 224] }
  it.each<[boolean, string, Pick<NodeSketch, 'inputs' | 'outputs'>]>([
    [true, 'Shape', { inputs: [image], outputs: [{ int64: [4] }] }],
    [true, 'Concat', { inputs: few, outputs: [{ int64: [100] }] }],
    [true, 'Sqrt', { inputs: [{ float: [] }], outputs: [{ float: [] }] }],
    [false, 'ArgMax', { inputs: [{ float: [8, 1000] }], outputs: [{ int64: [8] }] }],
    [false, 'Range', { inputs: few, outputs: [{ int64: [101] }] }],
    [false, 'Gemm', { inputs: [{ float: [1, 30] }], outputs: [{ float: [1, 2] }] }],
    [false, 'Constant', { inputs: [], outputs: [{ int64: [4] }] }],
  ])('says that it is %s that %s of these sizes computes shapes only', async (expected, operator, sizes) => {
    const [only] = await read(profileText([call(), call(node('n', 5, { operator, ...sizes }))]))
    expect(only?.nodes.map(({ shapesOnly }) => shapesOnly)).toEqual([expected])
  })

  it.each([
    ['CUDAExecutionProvider', 'cuda'],
    ['TensorrtExecutionProvider', 'tensorrt'],
    ['DmlExecutionProvider', 'dml'],
    ['CoreMLExecutionProvider', 'coreml'],
    ['WebGpuExecutionProvider', 'webgpu'],
    ['CPUExecutionProvider', 'cpu'],
    ['', 'unknown'],
  ])('calls the provider "%s" %s', async (provider, name) => {
    const [only] = await read(profileText([call(), call(node('n', 5, { provider }))]))
    expect(only?.nodes[0]?.provider).toBe(name)
  })

  it('reads on where an event is split between two pieces of the file', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => node(`convolution number ${index} – é`, 3))
    const text = profileText([call(), call(...many), call(...many)])
    expect(text.length).toBeGreaterThan(2 * 1024 ** 2)
    const calls = await read(text)
    expect(calls.map(({ nodes }) => nodes.length)).toEqual([4000, 4000])
    expect(calls[1]?.nodes.at(-1)?.name).toBe('convolution number 3999 – é')
  })

  it('passes over what is damaged or of another kind, and over calls without an executor or an end', async () => {
    const kernels =
      '{"cat" : "Kernel","pid" :1,"tid" :7,"dur" :9,"ts" :20400,"ph" : "X","name" :"gemm","args" : {}},'
    const damaged =
      '{"cat" : "Node","pid" :1,"tid" :1,"dur" :5,"ts" :21100,"name" :"a\\b"c_kernel_time","args" : {}},'
    const lines = profileText([call(), call(node('a', 5)), call(node('b', 5))]).split('\n')
    const last = lines.findLastIndex((line) => line.includes('"model_run"'))
    const broken = [...lines.slice(0, 6), kernels, damaged, ...lines.slice(6, last)].join('\n')
    const calls = await read(broken)
    expect(calls.map(({ nodes }) => nodes.map(({ name }) => name))).toEqual([['a']])
    expect(await read(lines.filter((line) => !line.includes('Executor')).join('\n'))).toEqual([])
  })

  it.each(['', '[]', 'not a profile', '{"cat":'])('finds nothing in %j', async (text) => {
    expect(await read(text)).toEqual([])
  })
})
