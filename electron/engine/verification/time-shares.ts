import type { Clock } from '../ports.ts'
import { stepNames, type StepName } from './plan.ts'

/** Less than this is no time to begin anything with, in ms. */
const leastMs = 1000

/**
 * Divides the time budget among the steps. A step may take what is left of the budget less the shares of the steps after
 * it: what one does not need is there for the next, and none takes from those that come later.
 */
export class TimeShares {
  readonly #clock: Pick<Clock, 'now'>
  readonly #startedMs: number
  readonly #budgetMs: number
  readonly #shares: Map<StepName, number>

  constructor(clock: Pick<Clock, 'now'>, budgetMs: number, shares: Readonly<Record<StepName, number>>) {
    this.#clock = clock
    this.#startedMs = clock.now()
    this.#budgetMs = budgetMs
    this.#shares = new Map(stepNames.map((name) => [name, shares[name]]))
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#startedMs
  }

  /** Steps that will not run leave their shares to the others. */
  giveBack(step: StepName): void {
    this.#shares.set(step, 0)
  }

  /**
   * How long this step may take from now on, in ms: `undefined` where that is too little to begin. `parts`: it is to leave
   * as much for each of so many like it, this one included.
   */
  timeFor(step: StepName, parts = 1): number | undefined {
    const later = stepNames.slice(stepNames.indexOf(step) + 1)
    const reserved = later.reduce((sum, name) => sum + (this.#shares.get(name) ?? 0) * this.#budgetMs, 0)
    const left = (this.#budgetMs - this.elapsedMs - reserved) / parts
    return left >= leastMs ? left : undefined
  }
}
