import { executionVariation, moderate } from './execution-variation.ts'
import type { Random } from './random.ts'

/** How one configuration's executions lie around the mean of their run. */
export interface ResidualRow {
  /** Log less the mean of its run, in units of what executions of this configuration are expected to vary. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Datasets that are drawn: each gives as many values as there are configurations, so fewer do for many. */
const draws = { least: 400, most: 1000, values: 20_000 }

/**
 * How far studentised differences get by chance, ascending, without sign: residuals of all configurations are pooled
 * and permuted over executions, and each dataset so made is evaluated as the measured one is, with variances pooled and
 * moderated anew. Permutation of residuals under the full model (ter Braak 1992, Permutation versus bootstrap
 * significance tests in multiple regression and ANOVA), so that a true difference in one configuration does not widen the
 * distribution for the others, as it would with Freedman and Lane's reduced model.
 */
export function residualNull(rows: readonly ResidualRow[], random: Random): Float64Array {
  const sizes = rows.map(({ before, after }) => [before.length, after.length] as const)
  const pool = Float64Array.from(rows.flatMap(({ before, after }) => [...before, ...after]))
  const count = Math.max(draws.least, Math.min(draws.most, Math.ceil(draws.values / rows.length)))
  const found = new Float64Array(count * rows.length)
  const differences = rows.map(() => 0)
  for (let draw = 0; draw < count; draw++) {
    shuffleInPlace(pool, random)
    let at = 0
    const scatters = sizes.map(([before, after], index) => {
      const one = moments(pool, at, before)
      const other = moments(pool, at + before, after)
      at += before + after
      differences[index] = other.mean - one.mean
      const degreesOfFreedom = before + after - 2
      const variance = degreesOfFreedom > 0 ? (one.squares + other.squares) / degreesOfFreedom : 0
      return { variance, degreesOfFreedom, within: 0 }
    })
    const variation = executionVariation(scatters)
    sizes.forEach(([before, after], index) => {
      const own = scatters[index]
      const repeated = own !== undefined && own.degreesOfFreedom > 0 ? own : undefined
      const variance = moderate(repeated, variation, 0)?.variance ?? 0
      const error = Math.sqrt(variance * (1 / before + 1 / after))
      const difference = Math.abs(differences[index] ?? 0)
      found[draw * rows.length + index] = difference === 0 ? 0 : difference / error
    })
  }
  return found.sort()
}

/** Two-sided p-value of a studentised difference. */
export function tailOf(distribution: Float64Array, statistic: number): number {
  const least = Math.abs(statistic) * (1 - 1e-9)
  let low = 0
  let high = distribution.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((distribution[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return (distribution.length - low + 1) / (distribution.length + 1)
}

/** What a studentised difference exceeds with probability `tail`. */
export function criticalOf(distribution: Float64Array, tail: number): number {
  const rank = Math.ceil((1 - tail) * (distribution.length + 1)) - 1
  return distribution[Math.min(rank, distribution.length - 1)] ?? Infinity
}

function shuffleInPlace(values: Float64Array, random: Random): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = random.integer(at + 1)
    const held = values[at] ?? 0
    values[at] = values[other] ?? 0
    values[other] = held
  }
}

function moments(values: Float64Array, from: number, count: number): { mean: number; squares: number } {
  let sum = 0
  for (let at = from; at < from + count; at++) sum += values[at] ?? 0
  const mean = sum / count
  let squares = 0
  for (let at = from; at < from + count; at++) squares += ((values[at] ?? 0) - mean) ** 2
  return { mean, squares }
}
