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

describe('where the nodes ran', () => {
  it('passes when none fell back', () => {
    expect(judgePlacement([at('resnet-50'), at('bert-base')], [])).toMatchObject({
      verdict: 'passed',
      sentence:
        'No node fell back to the CPU: resnet-50 has 58 on CUDAExecutionProvider, bert-base has 58 on CUDAExecutionProvider.',
    })
  })

  it('fails when one did, and names its operator', () => {
    const fallback = { count: 1, ms: 2, nodes: [{ name: 'Erf_1', operator: 'Erf' }] }
    const judged = judgePlacement([at('resnet-50'), at('bert-base', { fallback })], [])
    expect(judged).toMatchObject({
      ...{ verdict: 'failed', sentence: 'bert-base: 1 node ran on the CPU (Erf), where none should.' },
    })
  })

  it('is skipped with the reason when no profile was taken', () => {
    expect(judgePlacement([], ['The disk is full.'])).toMatchObject({
      ...{ verdict: 'skipped', sentence: 'The disk is full.' },
    })
  })
})
