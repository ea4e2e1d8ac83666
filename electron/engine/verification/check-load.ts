import { failureLine, toFailure } from '../../contract/failure.ts'
import { formatMilliseconds } from '../../contract/quantity.ts'
import { openEvaluator } from '../host/evaluator.ts'
import type { Judgement } from './report.ts'
import type { ExperimentOutcome } from './run-experiment.ts'
import type { ModelAtHand, VerificationScene } from './scene.ts'

/** How one model loaded, and ran once. */
export type LoadResult =
  { model: string; ok: true; loadMs: number; firstRunMs: number } | ({ model: string; ok: false } & Problem)

/** Why something could not be done, one sentence, and whether it was for want of time. */
export interface Problem {
  readonly problem: string
  readonly timedOut: boolean
}

export function problemOf(error: unknown, { isOver }: Pick<TimeLimit, 'isOver'>): Problem {
  const { message, code } = toFailure(error)
  return isOver()
    ? { problem: 'It took too long and was ended.', timedOut: true }
    : { problem: message, timedOut: code === 'timed-out' }
}

/** A problem for want of time before it began. */
export const noTimeForIt: Problem = { problem: 'There was no time for it.', timedOut: true }

interface TimeLimit {
  /** Aborted when time is up, and with the signal that it was made from. */
  readonly signal: AbortSignal
  isOver(): boolean
}

/** A limit on the time of several calls together, in ms. */
export function timeLimit(limitMs: number, signal: AbortSignal): TimeLimit {
  const limit = AbortSignal.timeout(Math.round(limitMs))
  return { signal: AbortSignal.any([signal, limit]), isOver: () => limit.aborted }
}

/** How an experiment of one batch size loaded its model. */
export function loadedBy(
  model: string,
  { analysed, outOfTime }: Pick<ExperimentOutcome, 'analysed' | 'outOfTime'>,
): LoadResult {
  const [trial] = analysed.analysis.trials
  if (trial?.outcome === 'completed') {
    return { model, ok: true, loadMs: trial.loadMs, firstRunMs: trial.firstInferenceMs }
  }
  const problem = trial === undefined ? 'Nothing ran.' : failureLine(trial.failure)
  return {
    model,
    ok: false,
    problem: outOfTime ? 'It took too long and was ended.' : problem,
    timedOut: outOfTime,
  }
}

/** Loads a model on the provider, in a session host of its own, and runs it once on one item. */
export async function loadOnce(
  { model, inputs }: ModelAtHand,
  { ports, session, signal }: VerificationScene,
  limitMs: number,
): Promise<LoadResult> {
  const limit = timeLimit(limitMs, signal)
  const { name } = model
  try {
    const evaluator = await openEvaluator(ports, { ...session, modelPath: model.path, signal: limit.signal })
    try {
      const { ms } = await evaluator.evaluate(await inputs.at(configOf(session, 1)), { batchSize: 1 })
      return { model: name, ok: true, loadMs: evaluator.loadMs, firstRunMs: ms }
    } finally {
      await evaluator.end()
    }
  } catch (error) {
    return { model: name, ok: false, ...problemOf(error, limit) }
  }
}

/** A configuration that inputs can be planned for. */
export function configOf({ executionProvider }: VerificationScene['session'], batchSize: number) {
  return { batchSize, executionProvider, dims: {} }
}

/** Every model has to load and to run. */
export function judgeLoad(results: readonly LoadResult[]): Judgement {
  const figures = Object.fromEntries(results.map(({ model, ...result }) => [model, result]))
  const problemsOf = (late: boolean) =>
    results
      .flatMap((result) =>
        result.ok || result.timedOut !== late ? [] : [`${result.model}: ${result.problem}`],
      )
      .join(' ')
  const [broken, late] = [problemsOf(false), problemsOf(true)]
  if (broken !== '') return { verdict: 'failed', sentence: broken, figures }
  if (late !== '') {
    return { verdict: 'skipped', sentence: `No time left: ${late}`, figures, because: 'no-time' }
  }
  const words = results.flatMap((result) =>
    result.ok
      ? [
          `${result.model} in ${formatMilliseconds(result.loadMs)}, first run ${formatMilliseconds(result.firstRunMs)}`,
        ]
      : [],
  )
  return { verdict: 'passed', sentence: `Loaded and ran once: ${words.join('; ')}.`, figures }
}
