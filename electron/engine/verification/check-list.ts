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

  /** Does one check. What throws fails it; what was interrupted is skipped. */
  async check(id: string, work: () => Promise<Judgement> | Judgement): Promise<void> {
    const named = this.#named.find((each) => each.id === id)
    if (named === undefined) throw new Error(`There is no check ${id}.`)
    const began = this.#clock.now()
    const judged = this.#signal.aborted ? undefined : await judgementOf(work)
    const durationMs = this.#clock.now() - began
    const check =
      judged === undefined || (this.#signal.aborted && judged.verdict === 'failed')
        ? { ...skipped(named, 'interrupted', 'Interrupted before it ended.'), durationMs }
        : { ...named, ...judged, durationMs }
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

async function judgementOf(work: () => Promise<Judgement> | Judgement): Promise<Judgement> {
  try {
    return await work()
  } catch (error) {
    return { verdict: 'failed', sentence: toFailure(error).message, figures: {} }
  }
}
