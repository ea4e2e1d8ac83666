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
    expect(verdictOf(checks, 'GPU', interrupted)).toEqual({ verdict, headline })
  })
})
