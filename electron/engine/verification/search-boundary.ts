import type { Boundary, TrialReport } from '../../contract/analysis.ts'
import { failureLine } from '../../contract/failure.ts'
import { formatCount } from '../../contract/quantity.ts'
import {
  guessBoundary,
  guessFurther,
  guessNearer,
  judgeBoundary,
  type BoundarySearch,
} from './check-boundary.ts'
import { loadOnce } from './check-load.ts'
import { draftFor } from './draft-for.ts'
import type { VerificationPlan } from './plan.ts'
import { noTime, nothingToJudge, type Judgement, type Sweep } from './report.ts'
import { runExperiment, type ExperimentOutcome } from './run-experiment.ts'
import type { ModelAtHand, VerificationScene } from './scene.ts'

/** Share of the time that is kept for the small batch that runs afterwards. */
const shareAfter = 0.15

/** However late it is, a session that loads in so long shows that the device was survived, in ms. */
const leastAfterMs = 10_000

/** Searching on, beyond sizes that all fitted or nearer to the boundary, is given up after so many experiments. */
const mostExperiments = 4

/**
 * Searches the memory boundary of a model by real experiments, from where its sweep predicts it, and sees whether a small
 * batch still runs afterwards. Rejects with a BatchscopeError when an experiment cannot be run at all.
 */
export async function searchBoundary(
  atHand: ModelAtHand,
  sweep: Sweep,
  { plan, limitMs, feedable }: { plan: VerificationPlan; limitMs: number; feedable: number },
  scene: VerificationScene,
): Promise<Judgement> {
  const { clock } = scene.ports
  const began = clock.now()
  let guess = guessBoundary(sweep, feedable, plan.tolerances)
  if (guess === undefined) {
    return nothingToJudge(
      `Memory would end only beyond batch ${formatCount(feedable)}, the largest that ${atHand.model.name} can be run at.`,
    )
  }
  const { predicted } = guess
  const outcomes: ExperimentOutcome[] = []
  let outOfTime = false
  let known: Boundary | null = null
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
    const outcome = await runExperiment(
      { modelPath: atHand.model.path, draft, name: `${atHand.model.name}: memory boundary` },
      left,
      { ...scene, clock, onRun: (event) => scene.listener.run(event) },
    )
    const nearer: boolean = known !== null
    outcomes.push(outcome)
    outOfTime = ranOutOfTime(outcome)
    const { boundary } = outcome.analysed.analysis
    known = nearerOf(known, boundary)
    if (outOfTime || nearer) break
    guess =
      boundary === null
        ? guessFurther(guess, feedable, plan.tolerances)
        : guessNearer(boundary, guess, plan.tolerances)
  }
  if (outcomes.length === 0) return { ...noTime(), sentence: 'There was no time to search it.' }
  const again = await loadOnce(atHand, scene, Math.max(leastAfterMs, limitMs - (clock.now() - began)))
  const search: BoundarySearch = {
    ...{ boundary: known, predicted, outOfTime, feedable },
    after: again.ok ? { ok: true } : again,
    decisions: outcomes.flatMap(({ history }) => history.decisions),
    tried: outcomes.flatMap(({ analysed }) => analysed.analysis.trials.map(triedSize)),
  }
  return judgeBoundary(atHand.model.name, search, plan.tolerances)
}

/** The boundary that is known more nearly: a second search may have been cut short. */
function nearerOf(first: Boundary | null, second: Boundary | null): Boundary | null {
  if (first === null) return second
  if (second === null || second.largestThatFits === null) return first
  const width = ({ largestThatFits, smallestThatDoesNot }: Boundary) =>
    smallestThatDoesNot - (largestThatFits ?? 0)
  return width(second) <= width(first) ? second : first
}

function triedSize(trial: TrialReport): BoundarySearch['tried'][number] {
  const { config, outcome, executions } = trial
  return {
    ...{ batchSize: config.batchSize, outcome, executions },
    ...(trial.outcome !== 'completed' && { problem: failureLine(trial.failure) }),
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
