import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { RunEvent } from '../../contract/run-event.ts'
import type { EngineCommands, Subscribe } from '../../contract/workbench-api.ts'
import type { FileStore, HostRuntime, Ports, ProgramRunner } from '../ports.ts'
import type { VerificationModel } from './plan.ts'
import type { Check } from './report.ts'
import type { ExperimentCommands } from './run-experiment.ts'
import type { VariedInputs } from './varied-inputs.ts'

/** What verifying works with: the workbench's own commands, and what looks at outputs and runs programs. */
export interface VerificationTools {
  readonly commands: ExperimentCommands &
    Pick<EngineCommands, 'environment' | 'openModel' | 'openProject' | 'createProject'>
  readonly subscribe: Subscribe
  readonly ports: Pick<Ports, 'hosts' | 'clock'> & {
    files: Pick<FileStore, 'dataFolder' | 'resourcesFolder' | 'resolve' | 'write'>
  }
  readonly programs: ProgramRunner
}

/** Hears how far it has come. */
export interface VerificationListener {
  /** What is done now, one sentence. */
  begins(sentence: string): void
  /** An experiment runs. */
  run(event: RunEvent): void
  ended(check: Check): void
}

/** What the steps of one verification share. */
export interface VerificationScene extends VerificationTools {
  /** Where sessions are created. */
  readonly session: {
    readonly executionProvider: ExecutionProvider
    readonly device?: number
    readonly runtime: HostRuntime | undefined
  }
  /** Ends it; what was done is kept. */
  readonly signal: AbortSignal
  readonly listener: VerificationListener
  /** Project that keeps the experiments; absent: they are kept in memory only. */
  readonly projectId?: string | undefined
}

/** A model of the plan, opened. */
export interface ModelAtHand {
  readonly model: VerificationModel
  readonly inputs: VariedInputs
}
