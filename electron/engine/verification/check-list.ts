import type { Clock } from '../ports.ts'
import { toFailure } from '../../contract/failure.ts'
import type { VerificationPlan } from './plan.ts'
import { skipped, type Check, type Judgement } from './report.ts'

type Named = Pick<Check, 'id' | 'name'>

/** Every check of a plan, in the order of the report. */
export function checksOf({ models }: Pick<VerificationPlan, 'models'>): Named[] {
  const each = (id: string, name: string) =>
    models.map((model) => ({ id: `${id}:${model.name}`, name: `${name}, ${model.name}` }))
  return [
    { id: 'environment', name: 'Machine' },
    { id: 'load', name: 'Loading' },
    { id: 'outputs', name: 'Outputs' },
    ...each('sweep', 'Sweep'),
    { id: 'placement', name: 'No fallback' },
    ...each('memory', 'Memory'),
    { id: 'boundary', name: 'Memory boundary' },
    { id: 'telemetry', name: 'Telemetry' },
    { id: 'intervals', name: 'Intervals' },
    { id: 'torch', name: 'PyTorch' },
  ]
}

/** The checks of one verification, as they are done one after the other. */
export class CheckList {
  readonly #named: readonly Named[]
  readonly #clock: Pick<Clock, 'now'>
  readonly #signal: AbortSignal
  readonly #ended: (check: Check) => void
  readonly #done = new Map<string, Check>()

  constructor(
    named: readonly Named[],
    context: { clock: Pick<Clock, 'now'>; signal: AbortSignal; ended(check: Check): void },
  ) {
    this.#named = named
    this.#clock = context.clock
    this.#signal = context.signal
    this.#ended = (check) => context.ended(check)
  }

  /** Does one check. What throws fails it; what was interrupted, or comes after an interrupt, is skipped. */
  async check(id: string, work: () => Promise<Judgement> | Judgement): Promise<void> {
    const began = this.#clock.now()
    const early = this.#signal.aborted
    const judged = early ? interrupted('Interrupted before it began.') : await judgementOf(work)
    const spoiled = judged.verdict === 'failed' || judged.because === 'no-time'
    const isCut = !early && this.#signal.aborted && spoiled
    this.#end(id, isCut ? { ...judged, ...interrupted('Interrupted before it ended.') } : judged, began)
  }

  /** Judges what others have measured: it takes no time, and is done after an interrupt all the same. */
  async judge(id: string, work: () => Judgement): Promise<void> {
    const began = this.#clock.now()
    this.#end(id, await judgementOf(work), began)
  }

  #end(id: string, judged: Judgement, began: number): void {
    const named = this.#named.find((each) => each.id === id)
    if (named === undefined) throw new Error(`There is no check ${id}.`)
    const check = { ...named, ...judged, durationMs: this.#clock.now() - began }
    this.#done.set(id, check)
    this.#ended(check)
  }

  /** A check that was done. */
  find(id: string): Check | undefined {
    return this.#done.get(id)
  }

  /** All of them; those that were not done yet are skipped, with this reason. */
  all(reason: string): Check[] {
    return this.#named.map((named) => this.#done.get(named.id) ?? skipped(named, 'interrupted', reason))
  }
}

function interrupted(sentence: string): Judgement {
  return { verdict: 'skipped', sentence, figures: {}, because: 'interrupted' }
}

async function judgementOf(work: () => Promise<Judgement> | Judgement): Promise<Judgement> {
  try {
    return await work()
  } catch (error) {
    return { verdict: 'failed', sentence: toFailure(error).message, figures: {} }
  }
}
