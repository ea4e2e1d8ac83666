import { sum } from './sums.ts'
import { fisherTail } from './student.ts'

/** One execution's distance from the mean of its configuration in its run, on the logarithmic scale. */
export interface BlockResidual {
  /** The round, within its run. */
  readonly block: number
  readonly run: 'before' | 'after'
  /** Times the execution's weight in the overall difference. */
  readonly weighted: number
  /** Executions of its configuration in its run. */
  readonly executions: number
}

/** How much more the overall difference varies than executions that are independent of each other would make it. */
export interface DriftInflation {
  /** Variance over that of independent executions; above 1. */
  readonly factor: number
  /** Degrees of freedom that remain: about those of the blocks. */
  readonly degreesOfFreedom: number
}

/** The level of Bancroft's preliminary test: high, because to overlook drift costs more than to allow for it in vain. */
const preliminaryLevel = 0.2

/**
 * Executions of one block (round) share what the machine did meanwhile, so that all configurations together are less
 * sure of a difference than their number suggests. The variance of the overall difference is estimated from sums over blocks
 * (cluster-robust: Liang and Zeger 1986), and used in place of that of independent executions where it is larger
 * beyond a preliminary F-test at the 20 % level (Bancroft and Han 1977 on pooling after such tests). `undefined` where
 * it is not, and where a run has fewer than two blocks.
 */
export function driftInflation(residuals: readonly BlockResidual[]): DriftInflation | undefined {
  const sides = (['before', 'after'] as const).map((run) =>
    sideOf(residuals.filter((each) => each.run === run)),
  )
  if (sides.some(({ blocks }) => blocks < 2)) return undefined
  const clustered = sum(sides.map(({ clusteredVariance }) => clusteredVariance))
  const independent = sum(sides.map(({ independentVariance }) => independentVariance))
  if (!(clustered > independent && independent > 0)) return undefined
  // Satterthwaite (1946): degrees of freedom of a sum of variances.
  const degreesOfFreedom =
    clustered ** 2 / sum(sides.map((side) => side.clusteredVariance ** 2 / (side.blocks - 1)))
  const factor = clustered / independent
  const others = sum(sides.map((side) => side.degreesOfFreedom))
  return fisherTail(factor, degreesOfFreedom, others) < preliminaryLevel
    ? { factor, degreesOfFreedom }
    : undefined
}

function sideOf(residuals: readonly BlockResidual[]) {
  // A configuration's only execution lies at its mean: it tells nothing.
  const telling = residuals.filter(({ executions }) => executions > 1)
  const sums = new Map<number, number>()
  let independentVariance = 0
  let degreesOfFreedom = 0
  for (const { block, weighted, executions } of telling) {
    sums.set(block, (sums.get(block) ?? 0) + weighted)
    independentVariance += (weighted ** 2 * executions) / (executions - 1)
    degreesOfFreedom += (executions - 1) / executions
  }
  const blocks = sums.size
  const squares = sum([...sums.values()].map((value) => value ** 2))
  const clusteredVariance = blocks > 1 ? (squares * blocks) / (blocks - 1) : 0
  return { blocks, independentVariance, clusteredVariance, degreesOfFreedom }
}
