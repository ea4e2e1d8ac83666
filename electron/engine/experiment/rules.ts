import type { Rules } from '../../contract/experiment.ts'

/** How each execution is measured unless the user says otherwise (design section 3). */
export const defaultRules: Rules = {
  executions: 2,
  mostExecutions: 8,
  tolerance: 0.02,
  warmupMinimumMs: 250,
  warmupMinimumSamples: 3,
  warmupMaximumMs: 10_000,
  steadyTolerance: 0.05,
  minimumMs: 1_000,
  minimumSamples: 30,
  maximumMs: 10_000,
  relativeHalfWidth: 0.02,
  timeoutMs: 300_000,
}

/** Seeds everything random unless the user says otherwise: the same experiment gives the same inputs and order. */
export const defaultSeed = 1
