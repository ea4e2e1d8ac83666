import type { ProjectRecord } from '../../contract/project.ts'
import type { Runtime } from '../../contract/runtime.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import type { Ports } from '../ports.ts'
import type { ExperimentState } from '../project/state.ts'
import { hostRuntimeOf } from '../runtimes/host-runtime.ts'
import { compareVariantOutputs } from './compare-outputs.ts'
import type { TrialModels } from './plan-trial.ts'
import { profileTrials } from './profile-trials.ts'

export interface AfterMeasuringContext {
  readonly ports: Pick<Ports, 'hosts' | 'clock' | 'files'>
  readonly models: TrialModels
  readonly experiment: ExperimentState
  /** Those installed now. */
  readonly runtimes: readonly Runtime[]
  /** Ends it at once; what is done is kept. */
  readonly signal: AbortSignal
  /** Tells what is being done, one sentence. */
  say(sentence: string): Promise<void>
  write(record: ProjectRecord): Promise<void>
  /** More is known of a trial. */
  trialChanged(trialId: string): void
}

/**
 * What is found out when measuring is over, and is no part of it: how far the outputs of variants are off, and where the
 * time went on devices. Nothing of it can fail an experiment.
 */
export async function runAfterMeasuring(context: AfterMeasuringContext): Promise<void> {
  const { ports, models, experiment, runtimes, signal, say, write, trialChanged } = context
  const experimentId = experiment.record.id
  const shared = {
    ...{ ports, models, experiment, signal, say },
    runtimeOf: ({ runtime }: TrialConfig) => hostRuntimeOf(runtimes, runtime),
  }
  await compareVariantOutputs({
    ...shared,
    record: async (drift) => {
      await write({ record: 'output-drift', experimentId, drift })
      trialChanged(drift.trialId)
    },
  })
  await profileTrials({
    ...shared,
    record: async (time) => {
      await write({ record: 'trial-time', experimentId, time })
      trialChanged(time.trialId)
    },
  })
}
