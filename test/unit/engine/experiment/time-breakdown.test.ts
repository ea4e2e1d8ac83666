import { describe, expect, it } from 'vitest'
import { formatMilliseconds } from '../../../../electron/contract/quantity.ts'
import { timeParts } from '../../../../electron/contract/time-words.ts'
import { readProfile } from '../../../../electron/engine/experiment/read-profile.ts'
import {
  breakdownOf,
  shapeKeysOf,
  type ProfiledRun,
} from '../../../../electron/engine/experiment/time-breakdown.ts'
import { profileText, textFile, type CallSketch, type NodeSketch } from '../../../fixtures/profile-text.ts'

const onCuda = (operator: string, us: number, more: Partial<NodeSketch> = {}): NodeSketch => ({
  ...{ name: `/${operator}`, operator, provider: 'CUDAExecutionProvider', us },
  ...more,
})
const onCpu = (operator: string, us: number, more: Partial<NodeSketch> = {}): NodeSketch =>
  onCuda(operator, us, { provider: 'CPUExecutionProvider', ...more })
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i))

async function breakdown(calls: readonly CallSketch[], run: Partial<ProfiledRun> = {}) {
  const cold: CallSketch = { copyInUs: 90_000, nodes: [], copyOutUs: 9 }
  const read = await readProfile(textFile(profileText([cold, ...calls])), calls.length)
  return breakdownOf(read, { executionProvider: 'cuda', inputBytes: 4e6, outputBytes: 4000, ...run })
}

describe('where the time of a call goes', () => {
  it('is the median over the calls, span by span', async () => {
    const call = (us: number): CallSketch => ({
      copyInUs: us,
      nodes: [onCuda('Conv', 2 * us)],
      betweenUs: 10,
      copyOutUs: 3 * us,
    })
    expect(await breakdown([call(1000), call(100), call(200)])).toMatchObject({
      ...{ runs: 3, callMs: 1.21, copyInMs: 0.2, executeMs: 0.41, copyOutMs: 0.6 },
      ...{ inputBytes: 4e6, outputBytes: 4000 },
    })
  })

  it('counts nodes by provider and operator, and names at most ten operators, those that took longest', async () => {
    const nodes = [
      ...times(12, (index) => onCuda(`Op${index}`, 10 + index)),
      ...times(3, () => onCuda('Op11', 20)),
      onCpu('TopK', 400),
    ]
    const found = await breakdown([{ copyInUs: 1, nodes, copyOutUs: 1 }])
    expect(found?.providers).toEqual([
      { provider: 'cuda', nodes: 15, ms: expect.closeTo(0.246, 5) },
      { provider: 'cpu', nodes: 1, ms: 0.4 },
    ])
    expect(found?.operators).toHaveLength(10)
    expect(found?.operators.slice(0, 3)).toEqual([
      { operator: 'TopK', provider: 'cpu', nodes: 1, ms: 0.4 },
      { operator: 'Op11', provider: 'cuda', nodes: 4, ms: expect.closeTo(0.081, 5) },
      { operator: 'Op10', provider: 'cuda', nodes: 1, ms: 0.02 },
    ])
  })

  it('estimates what of the end is copying from the rate of the inputs', async () => {
    const call = { copyInUs: 1000, nodes: [], copyOutUs: 5000 }
    const found = await breakdown([call], { inputBytes: 4e6, outputBytes: 2e6 })
    expect(found?.transfer).toEqual({ inMs: 1, outMs: 0.5, betweenMs: 0, bytesPerSecond: 4e9 })
  })

  it('takes a usual rate where the inputs are too small to tell one, and no more time than there was', async () => {
    const call = { copyInUs: 100, nodes: [], copyOutUs: 300 }
    const small = await breakdown([call], { inputBytes: 512, outputBytes: 4e5 })
    expect(small?.transfer).toMatchObject({ outMs: 0.1 })
    expect(small?.transfer).not.toHaveProperty('bytesPerSecond')
    const large = await breakdown([call], { inputBytes: 512, outputBytes: 4e9 })
    expect(large?.transfer?.outMs).toBe(0.3)
  })

  it('tells the arena of the provider that was asked for', async () => {
    const nodes = [
      onCuda('Conv', 9, { arena: { held: 3000, peak: 2000 } }),
      onCpu('Shape', 1, { arena: { held: 50, peak: 5 } }),
    ]
    const found = await breakdown([{ copyInUs: 1, nodes, copyOutUs: 1 }])
    expect(found?.arena).toEqual({ heldBytes: 3000, peakInUseBytes: 2000 })
  })

  it('is not known without a call', async () => {
    expect(await breakdown([])).toBeUndefined()
  })
})

describe('nodes that fell back to the CPU', () => {
  const call = (...nodes: NodeSketch[]) => [{ copyInUs: 1, nodes, copyOutUs: 1 }]

  it('are listed, those that took longest first', async () => {
    const found = await breakdown(call(onCuda('Conv', 9), onCpu('TopK', 5), onCpu('NonMaxSuppression', 50)))
    expect(found?.fallback).toEqual({
      ...{ count: 2, ms: 0.055 },
      nodes: [
        { name: '/NonMaxSuppression', operator: 'NonMaxSuppression' },
        { name: '/TopK', operator: 'TopK' },
      ],
    })
  })

  it('are all counted, and fifty of them named', async () => {
    const found = await breakdown(call(...times(60, () => onCpu('Einsum', 5))))
    expect(found?.fallback?.count).toBe(60)
    expect(found?.fallback?.nodes).toHaveLength(50)
  })

  it('are not those that only compute shapes, nor copies, nor nodes on another device provider', async () => {
    const nodes = [
      onCpu('Shape', 1, { outputs: [{ int64: [4] }] }),
      onCpu('Gather', 1, { inputs: [{ int64: [4] }, { int64: [] }], outputs: [{ int64: [] }] }),
      onCuda('MemcpyToHost', 5),
      onCuda('Conv', 5),
    ]
    const found = await breakdown(call(...nodes), { executionProvider: 'tensorrt' })
    expect(found).not.toHaveProperty('fallback')
    expect(found?.shapeNodes).toBe(2)
  })

  it('are told from those that compute shapes by what another profile showed, where one is given', async () => {
    const sized = (batch: number) =>
      call(onCpu('Concat', 5, { inputs: [{ int64: [batch] }], outputs: [{ int64: [batch] }] }))
    expect(await breakdown(sized(128))).toMatchObject({ fallback: { count: 1 } })
    const smallest = await readProfile(textFile(profileText([...sized(1), ...sized(1)])), 1)
    const found = await breakdown(sized(128), { shapeKeys: shapeKeysOf(smallest) })
    expect(found).not.toHaveProperty('fallback')
    expect(found?.shapeNodes).toBe(1)
  })

  it('are none where the CPU was asked for', async () => {
    const found = await breakdown(call(onCpu('Conv', 9)), { executionProvider: 'cpu' })
    for (const part of ['fallback', 'shapeNodes', 'transfer', 'split', 'bound'])
      expect(found).not.toHaveProperty(part)
  })
})

describe('what a call on a device is bound by', () => {
  const launches = (count: number, us = 10) => times(count, () => onCuda('Conv', us))
  const bound = async (call: CallSketch, run: Partial<ProfiledRun> = {}) =>
    (await breakdown([call], run))?.bound

  it('is transfer where inputs take most of the time', async () => {
    const call = { copyInUs: 7900, nodes: launches(100), copyOutUs: 2500 }
    expect(await bound(call, { inputBytes: 38_535_168 })).toEqual({
      kind: 'transfer',
      evidence: 'Of 11.4 ms a call, copying 36.8 MiB of inputs to the device takes 7.90 ms.',
    })
  })

  it('is transfer where outputs do, as far as their bytes explain it', async () => {
    const call = { copyInUs: 1000, nodes: launches(100), copyOutUs: 9000 }
    expect(await bound(call, { inputBytes: 4e6, outputBytes: 32e6 })).toEqual({
      kind: 'transfer',
      evidence:
        'Of 11.0 ms a call, copying 3.81 MiB of inputs to the device takes 1.00 ms and copying 30.5 MiB of outputs back about 8.00 ms.',
    })
    expect(await bound(call, { inputBytes: 4e6, outputBytes: 4e6 })).toMatchObject({ kind: 'compute' })
  })

  it('is launching where the device is done as soon as it has been given everything', async () => {
    const call = { copyInUs: 20, nodes: launches(280), betweenUs: 100, copyOutUs: 120 }
    expect(await bound(call, { inputBytes: 4096 })).toEqual({
      kind: 'launch',
      evidence:
        'Of 3.04 ms a call, the CPU spends 2.92 ms launching 280 nodes, and the device is done 0.119 ms after that.',
    })
  })

  it('is launching where a model is tiny: copying its inputs takes the time of any call, not of their bytes', async () => {
    const call = { copyInUs: 38, nodes: launches(3), copyOutUs: 12 }
    const found = await breakdown([call], { inputBytes: 3072, outputBytes: 40 })
    expect(found?.bound?.kind).toBe('launch')
    expect(found?.transfer?.inMs).toBeCloseTo(3072 / 4e6, 9)
    expect(found?.split?.launchMs).toBeCloseTo(0.038 - 3072 / 4e6 + 0.03, 9)
  })

  it('is computing where the CPU waits for the device, even if launching took longer than waiting', async () => {
    const call = { copyInUs: 100, nodes: launches(200), copyOutUs: 1400 }
    expect(await bound(call)).toEqual({
      kind: 'compute',
      evidence: 'Of 3.50 ms a call, waiting for the device takes 1.40 ms, and giving it its work 2.00 ms.',
    })
  })

  it('shows the same waiting and launching in its parts as in its evidence, and nothing is left over', async () => {
    const nodes = [...launches(20), onCuda('NonZero', 900), onCpu('TopK', 300), onCuda('MemcpyToHost', 200)]
    const found = await breakdown([{ copyInUs: 100, nodes, betweenUs: 50, copyOutUs: 1400 }])
    if (found === undefined) throw new Error('no call')
    const parts = timeParts(found)
    const wait = parts.find(({ key }) => key === 'wait')?.ms ?? 0
    expect(wait).toBeCloseTo(1.4 - 4000 / 4e7 + 0.8 + 0.2 - 4096 / 4e7, 6)
    expect(found.bound?.evidence).toContain(`waiting for the device takes ${formatMilliseconds(wait)}`)
    expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(found.callMs, 9)
  })

  it('is computing where nodes take longer than any launch: they wait for the device themselves', async () => {
    const call = { copyInUs: 50, nodes: launches(3, 4000), copyOutUs: 60 }
    expect(await bound(call)).toMatchObject({ kind: 'compute' })
  })

  it('is launching where a node of a loop takes long because it runs many times', async () => {
    const body = times(400, () => ({ ...onCuda('Gru', 10), name: '/body' }))
    const loop = onCpu('Loop', 4100, { inside: body.map((node) => ({ ...node, index: '7' })) })
    expect(await bound({ copyInUs: 50, nodes: [loop], copyOutUs: 60 })).toMatchObject({ kind: 'launch' })
  })

  it('is computing where the CPU does it instead', async () => {
    const nodes = [...launches(50), onCuda('MemcpyToHost', 30), onCpu('NonMaxSuppression', 6200)]
    expect(await bound({ copyInUs: 50, nodes, copyOutUs: 60 })).toEqual({
      kind: 'compute',
      evidence: 'Of 6.84 ms a call, 1 node on the CPU instead of the device takes 6.20 ms.',
    })
  })

  it('counts copies inside the model as far as their bytes explain them, and the rest as waiting', async () => {
    const copy = onCuda('MemcpyToHost', 5000, { outputBytes: 16e6 })
    const call = { copyInUs: 1000, nodes: [...launches(20), copy], copyOutUs: 100 }
    expect(await bound(call, { inputBytes: 4e6 })).toMatchObject({
      kind: 'transfer',
      evidence: expect.stringContaining('copying between nodes on the device and on the CPU about 4.00 ms'),
    })
    const small = { ...copy, outputBytes: 4096 }
    expect(await bound({ ...call, nodes: [...launches(20), small] }, { inputBytes: 4e6 })).toMatchObject({
      kind: 'compute',
    })
  })
})
