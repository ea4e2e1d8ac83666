import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { Execution, Trial, TrialConfig } from '../../../../electron/contract/trial.ts'
import { cpuSpec } from '../../../fixtures/cpu-spec.ts'
import { drivePlanner, type DrivenPlan } from '../../../fixtures/drive-planner.ts'

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
  const spec = cpuSpec(batch === 'auto' ? { kind: 'auto' } : { kind: 'list', values: batch }, changes.seed)
  return {
    ...spec,
    factors: { ...spec.factors, threads: changes.threads ?? [] },
    rules: {
      ...spec.rules,
      executions: changes.executions ?? spec.rules.executions,
      maximumMs: changes.maximumMs ?? spec.rules.maximumMs,
    },
    constraints: changes.slo === undefined ? {} : { slo: changes.slo },
  }
}

/** Latency of a machine that needs `overheadMs` a call and `perItemMs` an item: throughput saturates. */
export function saturating(overheadMs: number, perItemMs: number): Behaviour {
  return ({ batchSize }) => overheadMs + perItemMs * batchSize
}

export type SimulatedRun = DrivenPlan

/** Plans and executes an experiment on a machine that behaves so. */
export function simulate(
  spec: ExperimentSpec,
  behave: Behaviour,
  options?: Parameters<typeof drivePlanner>[2],
): SimulatedRun {
  const execute = (trial: Trial, block: number) => executionOf(trial, block, behave(trial.config, block))
  return drivePlanner(spec, execute, options)
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
