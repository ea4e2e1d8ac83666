import type { Boundary } from '../../../electron/contract/analysis.ts'
import type { ExperimentSpec } from '../../../electron/contract/experiment.ts'
import type { Execution, Skip } from '../../../electron/contract/trial.ts'
import { createRandom } from '../../../electron/engine/statistics/random.ts'
import { analyse } from '../../../electron/engine/recommendation/analyse.ts'
import { cpuSpec } from '../../fixtures/cpu-spec.ts'
import { drivePlanner } from '../../fixtures/drive-planner.ts'
import { largestBatch, type Noise, type TruthCurve } from './curves.ts'
import { SimulatedMachine } from './simulated-machine.ts'

/** What one automatic search came to. */
export interface PlayedSearch {
  /** Recommended for the highest throughput; null when nothing was. */
  readonly batchSize: number | null
  readonly elapsedMs: number
  readonly executions: number
  /** Of memory, as the analysis has it; null where nothing ran out. */
  readonly boundary: Boundary | null
}

export function autoSpec(seed: number): ExperimentSpec {
  return cpuSpec({ kind: 'auto', maximum: largestBatch }, seed)
}

/** An automatic search on a machine whose truth is known, and what is concluded from it. */
export function playAuto(curve: TruthCurve, noise: Noise, seed: number, spec = autoSpec(seed)): PlayedSearch {
  const machine = new SimulatedMachine(curve, noise, spec.rules, createRandom(seed))
  const { history } = drivePlanner(spec, (trial, block) => machine.execute(trial, block))
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
    boundary,
  }
}
