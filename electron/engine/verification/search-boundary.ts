import { toFailure } from '../../contract/failure.ts'
import { guessBoundary, guessFurther, type BoundarySearch } from './check-boundary.ts'
import { loadOnce } from './check-load.ts'
import { draftFor } from './draft-for.ts'
import type { VerificationPlan } from './plan.ts'
import type { Sweep } from './report.ts'
import { runExperiment, type ExperimentOutcome } from './run-experiment.ts'
import type { ModelAtHand, VerificationScene } from './scene.ts'

/** Share of the time that is kept for the small batch that runs afterwards. */
const shareAfter = 0.15

/** However late it is, a session that loads in so long shows that the device was survived, in ms. */
const leastAfterMs = 10_000

/** Searching on beyond sizes that all fitted is given up after so many experiments. */
const mostExperiments = 4

/**
 * Searches the memory boundary of a model by real experiments, from where its sweep predicts it, and sees whether a small
 * batch still runs afterwards. A string says, in one sentence, why it cannot be searched.
 */
export async function searchBoundary(
  atHand: ModelAtHand,
  sweep: Sweep,
  { plan, limitMs, feedable }: { plan: VerificationPlan; limitMs: number; feedable: number },
  scene: VerificationScene,
): Promise<BoundarySearch | string> {
  const { clock } = scene.ports
  const began = clock.now()
  let guess = guessBoundary(sweep, feedable, plan.tolerances)
  if (guess === undefined) {
    return `Memory would end only beyond batch ${feedable}, the largest whose inputs fit into one tensor.`
  }
  const { predicted } = guess
  let outcome: ExperimentOutcome | undefined
  let outOfTime = false
  for (let experiment = 1; experiment <= mostExperiments && guess !== undefined; experiment += 1) {
    const left = (1 - shareAfter) * limitMs - (clock.now() - began)
    if (left < 1000 || scene.signal.aborted) {
      outOfTime = true
      break
    }
    const draft = {
      ...draftFor(plan, atHand.model.name, guess.batchSizes),
      ...plan.boundary.rules,
      boundaryGranularity: String(guess.granularity),
    }
    try {
      outcome = await runExperiment(
        { modelPath: atHand.model.path, draft, name: `${atHand.model.name}: memory boundary` },
        left,
        { ...scene, clock, onRun: (event) => scene.listener.run(event) },
      )
    } catch (error) {
      return toFailure(error).message
    }
    outOfTime = ranOutOfTime(outcome)
    if (outcome.analysed.analysis.boundary !== null || outOfTime) break
    guess = guessFurther(guess, feedable, plan.tolerances)
  }
  if (outcome === undefined) return 'There was no time to search it.'
  const { analysis } = outcome.analysed
  const again = await loadOnce(atHand, scene, Math.max(leastAfterMs, limitMs - (clock.now() - began)))
  return {
    boundary: analysis.boundary,
    predicted,
    after: again.ok ? { ok: true } : { ok: false, problem: again.problem },
    outOfTime,
    decisions: outcome.history.decisions,
    tried: analysis.trials.map(({ config, outcome: how, executions }) => ({
      ...{ batchSize: config.batchSize, outcome: how, executions },
    })),
  }
}

/** The planner says so itself when its time budget ends a search; what hangs is ended from outside. */
function ranOutOfTime({ outOfTime, history, analysed }: ExperimentOutcome): boolean {
  const budget = analysed.spec.constraints.timeBudgetMs
  return (
    outOfTime ||
    (budget !== undefined && history.decisions.some((each) => each.includes('of the time budget of')))
  )
}
