import { describe, expect, it } from 'vitest'
import type { ProgramEnd } from '../../../../electron/engine/ports.ts'
import { judgeTorch } from '../../../../electron/engine/verification/check-torch.ts'
import { madeUpSweep, madeUpTrial } from './made-up.ts'

const settings = {
  ...{
    line: 'settings',
    python: '3.12.3',
    torch: '2.9.0',
    cuda: '13.0',
    cudnn: 91_300,
    device: 'NVIDIA H200',
  },
  ...{ tf32: { matmul: true, cudnn: true }, cudnnBenchmark: false },
}
const row = (batch: number, fed: number, resident: number) => {
  const figures = (itemsPerSecond: number) => ({ calls: 10, itemsPerSecond, medianMs: 1 })
  return {
    ...{ line: 'row', model: 'resnet-50', batch, outcome: 'completed', peakReservedBytes: 2e9 },
    ...{ fed: figures(fed), resident: figures(resident) },
  }
}
const ended = (lines: unknown[], over: Partial<Extract<ProgramEnd, { started: true }>> = {}): ProgramEnd => ({
  ...{ started: true, code: 0, standardError: '' },
  standardOutput: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  ...over,
})
const sweeps = [madeUpSweep([madeUpTrial(1), madeUpTrial(8)])]
const judge = (end: ProgramEnd) => judgeTorch(end, sweeps, 'python3')

describe('PyTorch beside ours', () => {
  it('is told as ratios, fed from the host and on the device, and judged neither right nor wrong', () => {
    const { judgement, rows } = judge(
      ended([
        'UserWarning: something',
        settings,
        row(1, 800, 1250),
        row(8, 1000, 2000),
        { line: 'end', seconds: 9 },
      ]),
    )
    expect(judgement.verdict).toBe('information')
    expect(judgement.sentence).toBe(
      'Beside PyTorch 2.9.0 (float32, TF32 allowed, as here), throughput is 1.13 (1.00 to 1.25) of its own where both are fed from the host, and 0.65 (0.50 to 0.80) of its loop on data that never leaves the device (2 configurations).',
    )
    expect(rows[0]).toMatchObject({ batchSize: 1, ourItemsPerSecond: 1000, fedItemsPerSecond: 800 })
  })

  it('keeps what was measured before the script was ended', () => {
    const { judgement, rows } = judge(
      ended([settings, row(1, 800, 900), '{"line": "row", "mod'], { endedFor: 'time' }),
    )
    expect(judgement).toMatchObject({ verdict: 'information', figures: { complete: false } })
    expect(rows).toHaveLength(1)
  })

  it.each([
    [
      'Python is not here',
      { started: false, reason: 'There is no program python3 here.' } as const,
      /python3/,
    ],
    [
      'it has no device',
      ended([{ line: 'unavailable', reason: 'It finds no CUDA device.' }]),
      /no CUDA device/,
    ],
  ])('is skipped when %s', (_what, end, words) => {
    const { judgement } = judge(end)
    expect(judgement).toMatchObject({ verdict: 'skipped', because: 'not-here' })
    expect(judgement.sentence).toMatch(words)
  })

  it('fails when the script breaks down, with its last words', () => {
    const standardError =
      'Traceback (most recent call last):\n  File "x"\nRuntimeError: CUDA error: unknown\n\n'
    const { judgement } = judge(ended([settings], { code: 1, standardError }))
    expect(judgement).toMatchObject({ verdict: 'failed' })
    expect(judgement.sentence).toBe('The PyTorch script failed: RuntimeError: CUDA error: unknown')
  })

  it('is skipped when it measured nothing that we have', () => {
    const { judgement } = judge(ended([settings, row(64, 800, 900), { line: 'end', seconds: 9 }]))
    expect(judgement).toMatchObject({ verdict: 'skipped', because: 'nothing-to-judge' })
  })

  it('is skipped when there was no time for a single figure', () => {
    expect(judge(ended([settings], { code: null, endedFor: 'time' })).judgement).toMatchObject({
      ...{ verdict: 'skipped', because: 'no-time' },
    })
  })
})
