import { describe, expect, it } from 'vitest'
import type { Flag } from '../../../../electron/contract/trial.ts'
import { failureRemarks, flagRemarks } from '../../../../electron/engine/report/remarks.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'

function flagged(sizes: readonly number[], flagOf: (size: number) => Flag) {
  const { analysis } = reportInputOf(simulatedExperiment([{ executionProvider: 'cpu', batchSizes: sizes }]))
  const trials = analysis.trials.map((trial) => ({ ...trial, flags: [flagOf(trial.config.batchSize)] }))
  return flagRemarks({ ...analysis, trials })
}

describe('what is said below the table', () => {
  it('names the trials that share a failure once', () => {
    const { analysis } = reportInputOf(
      simulatedExperiment([{ executionProvider: 'cuda', batchSizes: [1, 128, 256, 512] }]),
    )
    expect(failureRemarks(analysis)).toEqual([
      'Batch 128: The device ran out of memory while running the model. Use a smaller batch size.',
      'Batch 256 and 512: Batch 128 ran out of memory, so this larger one was not tried.',
    ])
  })

  it('names the trials that share a flag and its reason once', () => {
    expect(flagged([1, 2, 4], () => ({ name: 'throttled', reason: 'the power cap was active' }))).toEqual([
      'throttled, batch 1, 2 and 4: the power cap was active.',
      expect.stringMatching(/^What throttled means: The machine slowed itself down/),
    ])
  })

  it('does not go on for ever', () => {
    const sizes = Array.from({ length: 12 }, (_, index) => index + 1)
    const lines = flagged(sizes, (size) => ({ name: 'wide-interval', reason: `±${size} %` }))
    expect(lines).toHaveLength(7)
    expect(lines.at(-2)).toBe('wide-interval: and 7 more of these, see the table.')
  })
})
