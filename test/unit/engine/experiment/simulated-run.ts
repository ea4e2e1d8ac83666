import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { Execution, Trial, TrialConfig } from '../../../../electron/contract/trial.ts'
import { configKey } from '../../../../electron/engine/experiment/configurations.ts'
import {
  createPlanner,
  type PlanStep,
  type TrialHistory,
} from '../../../../electron/engine/experiment/planner.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { createRandom } from '../../../../electron/engine/statistics/random.ts'

type FailedOutcome = Exclude<Execution['outcome'], 'completed'>

/** What one execution of a configuration gives: its mean latency in ms, or how it fails. */
export type Behaviour = (config: TrialConfig, block: number) => number | FailedOutcome

/** An experiment on one CPU series, unless told otherwise. */
export function specOf(
  batch: number[] | 'auto',
  changes: {
    executions?: number
    threads?: number[]
    slo?: { percentile: number; milliseconds: number }
    maximumMs?: number
    seed?: number
  } = {},
): ExperimentSpec {
  return {
    factors: {
      batchSizes: batch === 'auto' ? { kind: 'auto' } : { kind: 'list', values: batch },
      executionProviders: ['cpu'],
      threads: changes.threads ?? [],
      dims: {},
    },
    rules: {
      ...defaultRules,
      executions: changes.executions ?? 2,
      maximumMs: changes.maximumMs ?? defaultRules.maximumMs,
    },
    constraints: changes.slo === undefined ? {} : { slo: changes.slo },
    seed: changes.seed ?? 1,
    batchAxes: {},
  }
}

/** Latency of a machine that needs `overheadMs` a call and `perItemMs` an item: throughput saturates. */
export function saturating(overheadMs: number, perItemMs: number): Behaviour {
  return ({ batchSize }) => overheadMs + perItemMs * batchSize
}

export interface SimulatedRun {
  history: TrialHistory[]
  /** What was executed, in order. */
  ran: { block: number; config: TrialConfig }[]
  decisions: string[]
  /** True when the planner said it was done, rather than the limit of executions being reached. */
  done: boolean
}

/**
 * Does what the runner does with a planner: executes a step's list, asks again when it is through or something did not
 * complete, and records skips. Ends early after `limit` executions, as an interruption would.
 */
export function simulate(
  spec: ExperimentSpec,
  behave: Behaviour,
  { limit = 1_000, from = [] as TrialHistory[] } = {},
): SimulatedRun {
  const history = from.map((entry) => ({ ...entry }))
  const run: SimulatedRun = { history, ran: [], decisions: [], done: false }
  const planner = createPlanner(spec, createRandom(spec.seed))
  const entryFor = (config: TrialConfig, reason: string): TrialHistory => {
    const known = history.find(({ trial }) => configKey(trial.config) === configKey(config))
    if (known !== undefined) return known
    const trial: Trial = { id: `t${history.length + 1}`, experimentId: 'e1', config, reason }
    const added: TrialHistory = { trial, executions: [] }
    history.push(added)
    return added
  }
  for (let steps = 0; steps < 2_000; steps += 1) {
    const step: PlanStep = planner.next(history)
    for (const decision of step.decision?.split('\n') ?? []) {
      if (!run.decisions.includes(decision)) run.decisions.push(decision)
    }
    if (step.kind === 'done') return { ...run, done: true }
    for (const { config, failure } of step.skips ?? []) {
      const entry = entryFor(config, failure.message)
      entry.skip = { trialId: entry.trial.id, failure }
    }
    const entries = step.configs.map(({ config, reason }) => entryFor(config, reason))
    for (const entry of entries) {
      if (run.ran.length >= limit) return run
      const execution = executionOf(entry.trial, step.block, behave(entry.trial.config, step.block))
      entry.executions = [...entry.executions, execution]
      run.ran.push({ block: step.block, config: entry.trial.config })
      if (execution.outcome !== 'completed' || spec.constraints.timeBudgetMs !== undefined) break
    }
  }
  throw new Error('The planner never came to an end.')
}

/** One execution of a trial, for histories written by hand. */
export function executionOf(trial: Trial, block: number, result: number | FailedOutcome): Execution {
  const common = {
    id: `${trial.id}.${block}`,
    trialId: trial.id,
    block,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1_500,
    memory: {},
  }
  if (typeof result === 'string') {
    const code = result === 'crashed' ? 'host-crashed' : result === 'failed' ? ('inference' as const) : result
    return {
      ...common,
      outcome: result,
      phase: 'measuring',
      failure: { code, message: `It ended as ${result}.`, owner: 'runtime' },
    }
  }
  const samplesMs = Array.from({ length: 40 }, () => result)
  return {
    ...common,
    outcome: 'completed',
    samplesMs,
    windowMs: result * samplesMs.length,
    loadMs: 20,
    firstInferenceMs: result * 2,
    warmup: { samples: 10, ms: 250, steady: true },
    endedBy: 'interval',
    clock: 'test',
    flags: [],
  }
}

/** Batch sizes that were executed in one block, in order. */
export function sizesInBlock(run: SimulatedRun, block: number): number[] {
  return run.ran.filter((entry) => entry.block === block).map(({ config }) => config.batchSize)
}
