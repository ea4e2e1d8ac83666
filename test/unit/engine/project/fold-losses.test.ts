import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../../electron/contract/failure.ts'
import type { Trial } from '../../../../electron/contract/trial.ts'
import { executionOf, specOf } from '../experiment/simulated-run.ts'
import { newExperiment } from '../experiment/run-on-devices.ts'

const trial: Trial = {
  id: 'e1.1',
  experimentId: 'e1',
  config: { batchSize: 1, executionProvider: 'cuda', device: 0, dims: {} },
  reason: 'test',
}

function afterSkipAndExecution(code: FailureCode) {
  const project = newExperiment(specOf([1]))
  project.apply({ record: 'trial', trial })
  const failure = { code, message: 'Passed over.', owner: 'system' as const }
  project.apply({ record: 'skip', experimentId: 'e1', skip: { trialId: trial.id, failure } })
  project.apply({
    record: 'execution',
    experimentId: 'e1',
    execution: executionOf(trial, 1, 5),
    spanMs: [0, 1],
  })
  return project.state.experiments.get('e1')?.skips
}

describe('a trial that was executed after it had been passed over', () => {
  it('for want of its device, is passed over no more', () => {
    expect(afterSkipAndExecution('skipped-after-device-lost')?.size).toBe(0)
  })

  it('by the user, stays so: its execution was the one that was broken off', () => {
    expect(afterSkipAndExecution('skipped-by-user')?.size).toBe(1)
  })
})
