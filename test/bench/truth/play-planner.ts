import type { Boundary } from '../../../electron/contract/analysis.ts'
import type { ExperimentSpec } from '../../../electron/contract/experiment.ts'
import type { Execution, Skip, Trial, TrialConfig } from '../../../electron/contract/trial.ts'
import { configKey } from '../../../electron/engine/experiment/configurations.ts'
import { createPlanner, type TrialHistory } from '../../../electron/engine/experiment/planner.ts'
import { defaultRules } from '../../../electron/engine/experiment/rules.ts'
import { createRandom } from '../../../electron/engine/statistics/random.ts'
import { analyse } from '../../../electron/engine/recommendation/analyse.ts'
import { largestBatch, type Noise, type TruthCurve } from './curves.ts'
import { SimulatedMachine } from './simulated-machine.ts'

/** What one automatic search came to. */
export interface PlayedSearch {
  /** Recommended for the highest throughput; null when nothing was. */
  readonly batchSize: number | null
  readonly elapsedMs: number
  readonly executions: number
  readonly decisions: readonly string[]
  /** Of memory, as the analysis has it; null where nothing ran out. */
  readonly boundary: Boundary | null
  readonly history: readonly TrialHistory[]
}

export function autoSpec(seed: number): ExperimentSpec {
  return {
    factors: {
      batchSizes: { kind: 'auto', maximum: largestBatch },
      executionProviders: ['cpu'],
      threads: [],
      dims: {},
    },
    rules: defaultRules,
    constraints: {},
    seed,
    batchAxes: {},
  }
}

/** Does what the runner does with the planner, on a machine whose truth is known. */
export function playAuto(curve: TruthCurve, noise: Noise, seed: number, spec = autoSpec(seed)): PlayedSearch {
  const planner = createPlanner(spec, createRandom(spec.seed))
  const machine = new SimulatedMachine(curve, noise, spec.rules, createRandom(seed))
  const history: TrialHistory[] = []
  const decisions: string[] = []
  const entryFor = (config: TrialConfig, reason: string): TrialHistory => {
    const known = history.find(({ trial }) => configKey(trial.config) === configKey(config))
    if (known !== undefined) return known
    const trial: Trial = { id: `t${history.length + 1}`, experimentId: 'e1', config, reason }
    const added: TrialHistory = { trial, executions: [] }
    history.push(added)
    return added
  }
  for (let step = planner.next(history); ; step = planner.next(history)) {
    for (const decision of step.decision?.split('\n') ?? []) {
      if (!decisions.includes(decision)) decisions.push(decision)
    }
    if (step.kind === 'done') break
    for (const { config, failure } of step.skips ?? []) {
      const entry = entryFor(config, failure.message)
      entry.skip = { trialId: entry.trial.id, failure }
    }
    for (const { config, reason } of step.configs) {
      const entry = entryFor(config, reason)
      const execution = machine.execute(entry.trial, step.block)
      entry.executions = [...entry.executions, execution]
      if (execution.outcome !== 'completed' || spec.constraints.timeBudgetMs !== undefined) break
    }
    if (machine.executions > 2_000) throw new Error('The planner never came to an end.')
  }
  const executions: Execution[] = history.flatMap((entry) => entry.executions)
  const skips = new Map<string, Skip>(
    history.flatMap(({ trial, skip }) => (skip === undefined ? [] : [[trial.id, skip] as const])),
  )
  const trials = history.map(({ trial }) => trial)
  const { recommendations, boundary } = analyse({ spec, trials, executions, skips })
  const card = recommendations.find(({ goal }) => goal === 'throughput')
  return {
    batchSize: card?.batchSize ?? null,
    elapsedMs: machine.elapsedMs,
    executions: machine.executions,
    decisions,
    boundary,
    history,
  }
}
