import { describe, expect, it } from 'vitest'
import type { Check } from '../../../../electron/engine/verification/report.ts'
import { verdictOf } from '../../../../electron/engine/verification/verdict.ts'

const check = (name: string, over: Partial<Check> = {}): Check => ({
  ...{ id: name, name, verdict: 'passed', sentence: '', figures: {}, durationMs: 1 },
  ...over,
})
const late = check('Boundary', { verdict: 'skipped', because: 'no-time' })
const broken = check('Outputs', { verdict: 'failed' })
const absent = check('PyTorch', { verdict: 'skipped', because: 'not-here' })

describe('what all checks come to', () => {
  it.each([
    ['passed', [check('Load'), absent], false, 'Passed on GPU: 1 passed, 1 skipped.'],
    [
      'incomplete',
      [check('Load'), late],
      false,
      'Nothing failed on GPU, but time ran out for: Boundary (1 passed, 1 skipped).',
    ],
    [
      'failed',
      [check('Load'), broken, late],
      false,
      'Failed on GPU: Outputs (1 passed, 1 failed, 1 skipped).',
    ],
    ['interrupted', [check('Load'), late], true, 'Interrupted on GPU: 1 passed, 1 skipped.'],
    ['failed', [broken], true, 'Failed on GPU: Outputs (1 failed).'],
  ])('%s', (verdict, checks, interrupted, headline) => {
    expect(verdictOf(checks, { device: 'GPU', onCpu: false, interrupted })).toEqual({ verdict, headline })
  })

  const open = check('Placement', { verdict: 'skipped', because: 'nothing-to-judge' })
  const torch = check('PyTorch', { id: 'torch', verdict: 'skipped', because: 'nothing-to-judge' })

  it('is incomplete on a device where a check had nothing to judge', () => {
    const verdict = verdictOf([late, open], { device: 'GPU', onCpu: false, interrupted: false })
    expect(verdict).toEqual({
      verdict: 'incomplete',
      headline:
        'Nothing failed on GPU, but time ran out for: Boundary, and there was nothing to judge of: Placement (2 skipped).',
    })
  })

  it('passes without PyTorch, and on the CPU without what only devices have', () => {
    const checks = [check('Load'), torch]
    expect(verdictOf(checks, { device: 'GPU', onCpu: false, interrupted: false }).verdict).toBe('passed')
    expect(verdictOf([open], { device: 'CPU', onCpu: true, interrupted: false }).verdict).toBe('passed')
  })
})
