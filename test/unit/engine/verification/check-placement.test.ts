import { describe, expect, it } from 'vitest'
import type { TimeBreakdown } from '../../../../electron/contract/time-breakdown.ts'
import { judgePlacement } from '../../../../electron/engine/verification/check-placement.ts'

const breakdown: TimeBreakdown = {
  ...{
    runs: 5,
    callMs: 10,
    copyInMs: 1,
    executeMs: 8,
    copyOutMs: 1,
    inputBytes: 1,
    outputBytes: 1,
  },
  ...{ providers: [{ provider: 'CUDAExecutionProvider', nodes: 58, ms: 7 }], operators: [] },
}
const at = (model: string, over: Partial<TimeBreakdown> = {}) => ({
  ...{ model, batchSize: 8, breakdown: { ...breakdown, ...over } },
})

const models = ['resnet-50', 'bert-base']

describe('where the nodes ran', () => {
  it('passes when none fell back', () => {
    expect(judgePlacement(models, [at('resnet-50'), at('bert-base')], [])).toMatchObject({
      verdict: 'passed',
      sentence:
        'No node fell back to the CPU: resnet-50 has 58 on CUDAExecutionProvider, bert-base has 58 on CUDAExecutionProvider.',
    })
  })

  it('fails when one did, and names its operator', () => {
    const fallback = { count: 1, ms: 2, nodes: [{ name: 'Erf_1', operator: 'Erf' }] }
    const judged = judgePlacement(models, [at('resnet-50'), at('bert-base', { fallback })], [])
    expect(judged).toMatchObject({
      ...{ verdict: 'failed', sentence: 'bert-base: 1 node ran on the CPU (Erf), where none should.' },
    })
  })

  it('is skipped with the reason when a model was not looked at', () => {
    const problem = { model: 'bert-base', problem: 'The disk is full.', timedOut: false }
    expect(judgePlacement(models, [at('resnet-50')], [problem])).toMatchObject({
      ...{ verdict: 'skipped', because: 'nothing-to-judge', sentence: 'bert-base: The disk is full.' },
    })
  })

  it('is skipped for want of time when that was the reason', () => {
    const problem = { model: 'bert-base', problem: 'The time budget was used up.', timedOut: true }
    expect(judgePlacement(models, [at('resnet-50')], [problem])).toMatchObject({
      ...{ verdict: 'skipped', because: 'no-time' },
    })
  })

  it('has nothing to judge on the CPU', () => {
    expect(judgePlacement([], [], [])).toMatchObject({ verdict: 'skipped', because: 'nothing-to-judge' })
  })
})
