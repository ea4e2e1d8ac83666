import type { CompletedExecution, Execution, Skip, Trial, TrialConfig } from '../../contract/trial.ts'
import { configKey } from './configurations.ts'

/** One trial and what happened to it so far. */
export interface TrialHistory {
  trial: Trial
  executions: readonly Execution[]
  skip?: Skip
}

/** What happened so far, by configuration. */
export class PlannerHistory {
  private readonly entries: readonly TrialHistory[]
  private readonly byConfig: ReadonlyMap<string, TrialHistory>

  constructor(history: readonly TrialHistory[]) {
    this.entries = history
    this.byConfig = new Map(history.map((entry) => [configKey(entry.trial.config), entry]))
  }

  of(config: TrialConfig): TrialHistory | undefined {
    return this.byConfig.get(configKey(config))
  }

  /** Executions that ended by themselves; a cancelled one measured nothing and is as if it had not been. */
  ended(config: TrialConfig): readonly Execution[] {
    return this.of(config)?.executions.filter(({ outcome }) => outcome !== 'cancelled') ?? []
  }

  /** True when it was passed over. */
  skipped(config: TrialConfig): boolean {
    return this.of(config)?.skip !== undefined
  }

  /** The execution that ended without numbers, after which the trial is not executed again. */
  failure(config: TrialConfig): Exclude<Execution, CompletedExecution> | undefined {
    return this.ended(config).find((execution) => execution.outcome !== 'completed')
  }

  /** True when the trial takes no more executions, whatever their number: it was skipped or ended badly. */
  settled(config: TrialConfig): boolean {
    return this.skipped(config) || this.failure(config) !== undefined
  }

  ran(config: TrialConfig, block: number): boolean {
    return this.ended(config).some((execution) => execution.block === block)
  }

  /** Completed executions, in the order they ran. */
  completed(config: TrialConfig): readonly CompletedExecution[] {
    return this.ended(config).flatMap((execution) => (execution.outcome === 'completed' ? [execution] : []))
  }

  /** What was known before a block began. */
  before(block: number): PlannerHistory {
    return new PlannerHistory(
      this.entries.map((entry) => ({
        ...entry,
        executions: entry.executions.filter((execution) => execution.block < block),
      })),
    )
  }

  /** What is known of one model: a variant by its name, or the reference. */
  ofModel(variant: string | undefined): PlannerHistory {
    return new PlannerHistory(this.entries.filter(({ trial }) => trial.config.variant === variant))
  }

  /** Every configuration that was planned, in that order. */
  get configs(): TrialConfig[] {
    return this.entries.map(({ trial }) => trial.config)
  }

  /** Time spent on executions so far, in ms. */
  get elapsedMs(): number {
    return this.entries
      .flatMap(({ executions }) => executions)
      .reduce((sum, { durationMs }) => sum + durationMs, 0)
  }

  /** The first completed execution: later ones do not change it, so that decisions taken on it stand. */
  firstCompleted(config: TrialConfig): CompletedExecution | undefined {
    let first: CompletedExecution | undefined
    for (const execution of this.ended(config)) {
      if (execution.outcome !== 'completed') continue
      if (first === undefined || execution.block < first.block) first = execution
    }
    return first
  }
}
