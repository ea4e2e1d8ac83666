import { describe, expect, it } from 'vitest'
import type { OutputDrift } from '../../../../electron/contract/output-drift.ts'
import { judgeOutputs, type OutputsResult } from '../../../../electron/engine/verification/check-outputs.ts'

const drift = (over: Partial<OutputDrift> = {}): OutputDrift => ({
  ...{ output: 'logits', elements: 3000, ofElements: 3000, maxAbsolute: 0.01, meanAbsolute: 0.001 },
  ...{ relative: 2e-3, cosine: 1, notFinite: 0 },
  ...over,
})
const result = (over: Partial<OutputDrift> = {}, apart = 0.2): OutputsResult => ({
  ...{ model: 'resnet-50', batchSize: 3, ok: true, drifts: [drift(over)], apart },
})
const failing = (problem: string, timedOut = false): OutputsResult => ({
  ...{ model: 'bert-base', batchSize: 0, ok: false, problem, timedOut },
})

describe('outputs beside those of the CPU provider', () => {
  it('pass within the tolerance, which is told', () => {
    const judged = judgeOutputs([result(), result({ relative: 4e-3 })], 1e-2)
    expect(judged).toMatchObject({ verdict: 'passed', figures: { tolerance: 1e-2 } })
    expect(judged.sentence).toContain(
      "within 4.0e-3 of the CPU provider's, relative to it (tolerated 1.0e-2)",
    )
  })

  it.each([
    ['one output is off by more', result({ relative: 0.05 })],
    ['values are not finite', result({ notFinite: 2 })],
    ['the reference is all zeros', result({ relative: undefined })],
    ['the distance is no number', result({ relative: NaN })],
    ['samples cannot be told apart, so that equality shows nothing', result({}, 0.005)],
    ['the model does not run', failing('It broke.')],
  ])('fail when %s', (_what, wrong) => {
    expect(judgeOutputs([result(), wrong], 1e-2).verdict).toBe('failed')
  })

  it('are skipped when there was no time for one of the models', () => {
    expect(judgeOutputs([result(), failing('Too long.', true)], 1e-2)).toMatchObject({
      ...{ verdict: 'skipped', because: 'no-time' },
    })
  })

  it('are wrong all the same when there was no time for the others', () => {
    const judged = judgeOutputs([result({ relative: 0.05 }), failing('Too long.', true)], 1e-2)
    expect(judged.verdict).toBe('failed')
  })
})
