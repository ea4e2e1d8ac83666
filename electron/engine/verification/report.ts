import type { Boundary, Drift } from '../../contract/analysis.ts'
import type { Environment } from '../../contract/environment.ts'
import type { ExecutionProvider, Rules } from '../../contract/experiment.ts'
import type { MemoryFit } from '../../contract/fit.ts'
import type { Interval } from '../../contract/interval.ts'
import type { Energy, Flag, MemoryPeaks, MemoryPrediction, Outcome } from '../../contract/trial.ts'

/** `information`: there is no right or wrong in it. `skipped`: it did not run, and its sentence says why. */
export type CheckVerdict = 'passed' | 'failed' | 'skipped' | 'information'

/** A value of the JSON report; what is undefined is left out. */
export type Figure =
  string | number | boolean | null | undefined | readonly Figure[] | { readonly [name: string]: Figure }

/** One thing that was verified. */
export interface Check {
  /** Stable, for scripts: `environment`, `load`, `sweep:resnet-50`. */
  readonly id: string
  /** As a person reads it. */
  readonly name: string
  readonly verdict: CheckVerdict
  /** What was seen, with its numbers, or why it did not run. */
  readonly sentence: string
  /** Numbers in the units that their names end in: `Ms`, `Bytes`, `PerSecond`; shares are from 0 to 1. */
  readonly figures: Readonly<Record<string, Figure>>
  /** What it took, in ms. */
  readonly durationMs: number
  /** Why it was skipped, for scripts. */
  readonly because?: SkipCause
}

export type SkipCause = 'no-time' | 'not-here' | 'interrupted' | 'nothing-to-judge'

/** A check that did not run. */
export function skipped(
  { id, name }: Pick<Check, 'id' | 'name'>,
  because: SkipCause,
  sentence: string,
): Check {
  return { id, name, verdict: 'skipped', sentence, figures: {}, durationMs: 0, because }
}

/** One batch size of a sweep, as it was measured. */
export interface SweptTrial {
  readonly batchSize: number
  readonly outcome: Outcome
  readonly executions: number
  readonly memory: MemoryPeaks
  readonly predictedMemory?: MemoryPrediction
  readonly flags: readonly Flag[]
  /** Only with numbers. */
  readonly itemsPerSecond?: number
  readonly itemsPerSecondCi95?: Interval
  readonly p50Ms?: number
  readonly p99Ms?: number
  /** False when the samples are too few to carry it. */
  readonly p99Supported?: boolean
  readonly loadMs?: number
  readonly firstInferenceMs?: number
  /** Mean length of an execution's measured window. */
  readonly windowMs?: number
  readonly energy?: Energy
  /** Only without numbers. */
  readonly failure?: string
}

/** A model over all batch sizes. */
export interface Sweep {
  readonly model: string
  readonly rules: Rules
  readonly trials: readonly SweptTrial[]
  readonly memoryFit?: MemoryFit
  readonly boundary: Boundary | null
  readonly drift?: Drift
  /** What the product says of it. */
  readonly answer: string
  readonly decisions: readonly string[]
}

/** A batch size in PyTorch beside ours. */
export interface TorchRow {
  readonly model: string
  readonly batchSize: number
  readonly outcome: 'completed' | 'out-of-memory' | 'no-time'
  /** Fed from the host and fetched, as ours is. */
  readonly fedItemsPerSecond?: number
  /** The plain loop: the input lies on the device, and the output stays there. */
  readonly residentItemsPerSecond?: number
  readonly peakReservedBytes?: number
  readonly ourItemsPerSecond?: number
  readonly ourDeviceBytes?: number
}

/** Everything that was verified on one machine. */
export interface VerificationReport {
  readonly format: 'batchscope-verification'
  readonly formatVersion: 1
  readonly generator: string
  /** ISO 8601. */
  readonly started: string
  readonly durationMs: number
  readonly timeBudgetMs: number
  /** `incomplete`: nothing failed, but not all of it could be judged, for want of time mostly. `skipped`: there is nothing here to verify. */
  readonly verdict: 'passed' | 'failed' | 'incomplete' | 'interrupted' | 'skipped'
  readonly headline: string
  readonly provider: ExecutionProvider
  /** Name of what computed: the graphics processor, or the CPU. */
  readonly device: string
  readonly environment: Environment
  readonly checks: readonly Check[]
  readonly sweeps: readonly Sweep[]
  readonly torch: readonly TorchRow[]
  /** What was left out, or cannot be shown in this way, in sentences. */
  readonly notShown: readonly string[]
}

/** `2 passed, 1 failed`: how many checks came out how, in the order of the verdicts. */
export function countVerdicts(checks: readonly Check[]): string {
  const words = { passed: 'passed', failed: 'failed', skipped: 'skipped', information: 'for information' }
  return Object.entries(words)
    .flatMap(([verdict, word]) => {
      const count = checks.filter((check) => check.verdict === verdict).length
      return count === 0 ? [] : [`${count} ${word}`]
    })
    .join(', ')
}

/** What a check comes to, before it is known how long it took. */
export type Judgement = Pick<Check, 'verdict' | 'sentence' | 'figures' | 'because'>

/** A judgement where there is nothing to judge. */
export function nothingToJudge(sentence: string): Judgement {
  return { verdict: 'skipped', sentence, figures: {}, because: 'nothing-to-judge' }
}

/** A judgement of what there was no time for. */
export function noTime(): Judgement {
  return { verdict: 'skipped', sentence: 'Not run: no time left.', figures: {}, because: 'no-time' }
}
