import type { Failure } from '../../contract/failure.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import type { TrialHistory } from './planner-history.ts'

/** A configuration to execute once, and why it was chosen: one clause. */
export interface PlannedConfig {
  config: TrialConfig
  reason: string
}

/**
 * What to do next. `run`: pass over the `skips`, then execute `configs` once each, in this order; the list is all that
 * is due as far as can be told now, and asking again after any of them is allowed and cheap. `decisions` are
 * sentences for a person, said where something new begins; asked again, the planner says the same again.
 */
export type PlanStep =
  | {
      kind: 'run'
      /** The round that these executions belong to, from 1. */
      block: number
      configs: PlannedConfig[]
      decisions?: readonly string[]
      skips?: { config: TrialConfig; failure: Failure }[]
    }
  | { kind: 'done'; decisions: readonly string[] }

/** Decides what an experiment executes next. */
export interface Planner {
  /** A pure function of the history, so that an interrupted experiment goes on by asking again. */
  next(history: readonly TrialHistory[]): PlanStep
}
