import { createRandom, type Random } from '../../../../electron/engine/statistics/random.ts'
import { fits, type Noise, type TruthCurve } from '../curves.ts'
import { gaussian, lognormalFactor, startMs } from '../simulated-machine.ts'

/** What a way of choosing a batch size came to on one curve. */
export interface Chosen {
  /** null where it gives no answer. */
  readonly batchSize: number | null
  readonly elapsedMs: number
}

/** A way of choosing a batch size, on a machine whose truth is known. */
export type Baseline = (curve: TruthCurve, noise: Noise, seed: number) => Chosen

/** Powers of two from 1 to 256. */
export const powersOfTwo: readonly number[] = Array.from({ length: 9 }, (_, exponent) => 2 ** exponent)

/**
 * One process that measures several batch sizes in turn, as most tools do. What sets processes apart (where memory came
 * to lie, which cores the threads got) is drawn once for every batch size: other shapes take other buffers and other
 * kernels, and one process measures each of them only as it happens to run there.
 */
export class SimulatedProcess {
  elapsedMs = startMs
  readonly #curve: TruthCurve
  readonly #noise: Noise
  readonly #random: Random
  readonly #factors = new Map<number, number>()

  constructor(curve: TruthCurve, noise: Noise, seed: number) {
    this.#curve = curve
    this.#noise = noise
    this.#random = createRandom(seed)
  }

  /** Mean latency in ms of so many calls in a row; `undefined` where the batch size does not fit in memory. */
  meanOf(batchSize: number, calls: number): number | undefined {
    if (!fits(this.#curve, batchSize)) return undefined
    const { process, sample, autocorrelation, drift } = this.#noise
    const factor = this.#factors.get(batchSize) ?? lognormalFactor(process, gaussian(this.#random))
    this.#factors.set(batchSize, factor)
    const drifted = 1 + drift * (this.elapsedMs / 3_600_000)
    const inflation = Math.sqrt((1 + autocorrelation) / (1 - autocorrelation))
    const ofMean = lognormalFactor((sample * inflation) / Math.sqrt(calls), gaussian(this.#random))
    const meanMs = this.#curve.latencyMs(batchSize) * factor * drifted * ofMean
    this.elapsedMs += calls * meanMs
    return meanMs
  }

  /** About how many calls end within this many ms, one at least. */
  callsWithin(batchSize: number, ms: number): number {
    return Math.max(1, Math.round(ms / this.#curve.latencyMs(batchSize)))
  }
}
