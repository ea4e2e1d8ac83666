import type { ExperimentDraft } from '../../contract/experiment.ts'
import type { VerificationPlan } from './plan.ts'

/** What every experiment of a verification asks for, as a person would write it. */
export function draftFor(
  { provider, device, boundary }: VerificationPlan,
  model: string,
  batchSizes: readonly number[],
): ExperimentDraft {
  const memoryBudget = model === boundary.model ? boundary.memoryBudget : undefined
  return {
    batch: batchSizes.join(','),
    executionProviders: provider,
    ...(device !== undefined && { device: String(device) }),
    ...(memoryBudget !== undefined && { memoryBudget }),
  }
}
