import { proveAffineFit } from './affine-rows.ts'
import { proveComparisons } from './comparison-rows.ts'
import { proveCoverage } from './coverage-rows.ts'
import { truthCurves, type TruthCurve } from './curves.ts'
import { proveMemoryBoundary } from './memory-rows.ts'
import { provePlanner, type PlannerProof } from './planner-rows.ts'
import type { Section } from './rows.ts'
import { measureSpeed } from './speed-rows.ts'

/** How many runs each part takes. */
export interface Effort {
  readonly coverage: number
  readonly comparisons: number
  /** Of every curve at every noise. */
  readonly searches: number
  readonly memoryPredictions: number
  readonly memorySearches: number
  readonly fits: number
}

export const fullEffort: Effort = {
  coverage: 2_000,
  comparisons: 1_000,
  searches: 40,
  memoryPredictions: 2_000,
  memorySearches: 200,
  fits: 2_000,
}

export const quickEffort: Effort = {
  coverage: 200,
  comparisons: 100,
  searches: 4,
  memoryPredictions: 2_000,
  memorySearches: 20,
  fits: 2_000,
}

/** Everything that the benchmark measured. */
export interface Proof {
  readonly sections: readonly Section[]
  readonly planner: PlannerProof
}

export type Note = (what: string) => void

/** All rows. The same effort gives the same numbers, but for the speed. */
export function prove(effort: Effort, note: Note): Proof {
  const noting = (part: string) => (what: string) => note(`${part}: ${what}`)
  const coverage = proveCoverage(effort.coverage, noting('intervals'))
  const comparisons = proveComparisons(effort.comparisons, noting('comparing'))
  const planner = provePlanner(truthCurves, effort.searches, noting('search'))
  const memory = proveMemoryBoundary(effort.memoryPredictions, effort.memorySearches, noting('memory'))
  note('fit and speed')
  const sections = [
    coverage,
    comparisons,
    planner.section,
    memory,
    proveAffineFit(effort.fits),
    measureSpeed(),
  ]
  return { sections, planner }
}

/** The planner's rows only, on curves of one's own. */
export function proveOn(curves: readonly TruthCurve[], effort: Effort, note: Note): Proof {
  const planner = provePlanner(curves, effort.searches, (what) => note(`search: ${what}`))
  return { sections: [planner.section], planner }
}
