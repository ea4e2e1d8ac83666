import type { Random } from './random.ts'

/** What the executions of one configuration measured before and after, on the logarithmic scale. */
export interface LabelledGroups {
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** The difference of means is not believed to vary less than this, however well the executions agree by luck. */
  readonly leastVariance: number
}

export interface PermutationResult {
  /** Two-sided. */
  readonly p: number
  /** True when every way of labelling was looked at, false when a random selection was. */
  readonly exact: boolean
  /** How many ways of labelling were looked at. */
  readonly labellings: number
}

/** Up to this many ways of labelling all are looked at, beyond as many at random. */
const mostLabellings = 10_000

/** Configurations with at most this many ways of labelling have them tabled. */
const mostTabled = 1000

/**
 * Whether labels `before` and `after` matter, all configurations together: labels are permuted within each configuration
 * (Edgington 1995, Randomization Tests, on stratified designs). The statistic is the mean over configurations of
 * the difference of means, studentised with the variances of the relabelled groups, so that the test stays right where
 * only variances differ (Janssen 1997, Chung and Romano 2013). No shape is assumed of what executions measure.
 *
 * `undefined` where labels can be arranged in so few ways that no result could reach `level`: two against two executions
 * of one configuration have six.
 */
export function permuteLabels(
  groups: readonly LabelledGroups[],
  level: number,
  random: Random,
): PermutationResult | undefined {
  const strata = groups.map(prepare)
  const ways = strata.reduce((product, stratum) => Math.min(product * stratum.ways, Number.MAX_VALUE), 1)
  if (!(2 / ways <= level)) return undefined

  const observed = Math.abs(studentised(strata.map(({ own }) => own)))
  const isAsFar = (splits: readonly Split[]) => Math.abs(studentised(splits)) >= observed * (1 - 1e-9)
  let asFar = 0
  if (ways <= mostLabellings && strata.every(({ table }) => table !== undefined)) {
    for (const splits of combinations(strata.map(({ table }) => table ?? []))) if (isAsFar(splits)) asFar += 1
    return { p: asFar / ways, exact: true, labellings: ways }
  }
  const splits: Split[] = strata.map(({ own }) => own)
  for (let draw = 0; draw < mostLabellings; draw++) {
    for (let index = 0; index < strata.length; index++) {
      const stratum = strata[index]
      if (stratum === undefined) continue
      const { table } = stratum
      splits[index] = table?.[random.integer(table.length)] ?? drawSplit(stratum, random)
    }
    if (isAsFar(splits)) asFar += 1
  }
  // The labelling that was observed is one of them (Phipson and Smyth 2010).
  return { p: (asFar + 1) / (mostLabellings + 1), exact: false, labellings: mostLabellings }
}

/** One way of labelling a configuration's executions. */
interface Split {
  /** Mean after less mean before. */
  readonly difference: number
  readonly variance: number
}

interface Stratum {
  readonly values: Float64Array
  readonly afterCount: number
  readonly sum: number
  readonly squares: number
  readonly leastVariance: number
  readonly own: Split
  readonly ways: number
  readonly table: readonly Split[] | undefined
}

function prepare({ before, after, leastVariance }: LabelledGroups): Stratum {
  const all = [...after, ...before]
  const middle = all.reduce((sum, value) => sum + value, 0) / all.length
  const values = Float64Array.from(all, (value) => value - middle)
  const sum = values.reduce((total, value) => total + value, 0)
  const squares = values.reduce((total, value) => total + value * value, 0)
  const base = { values, afterCount: after.length, sum, squares, leastVariance }
  const own = splitOf(
    base,
    values.subarray(0, after.length).reduce((total, value) => total + value, 0),
  )
  const ways = binomial(all.length, after.length)
  const table = ways > mostTabled ? undefined : subsetSums(values, after.length).map((s) => splitOf(base, s))
  return { ...base, own, ways, table }
}

/** The split whose `after` group has this sum. */
function splitOf(
  stratum: Pick<Stratum, 'values' | 'afterCount' | 'sum' | 'squares' | 'leastVariance'>,
  afterSum: number,
): Split {
  const { values, afterCount, sum, squares, leastVariance } = stratum
  const beforeCount = values.length - afterCount
  const beforeSum = sum - afterSum
  const within = Math.max(0, squares - afterSum ** 2 / afterCount - beforeSum ** 2 / beforeCount)
  const degrees = values.length - 2
  const variance = degrees > 0 ? (within / degrees) * (1 / afterCount + 1 / beforeCount) : 0
  return {
    difference: afterSum / afterCount - beforeSum / beforeCount,
    variance: Math.max(variance, leastVariance),
  }
}

function drawSplit(stratum: Stratum, random: Random): Split {
  // A partial Fisher-Yates shuffle in place: whatever order the values are in, the subset is a random one.
  const { values, afterCount } = stratum
  let sum = 0
  for (let at = 0; at < afterCount; at++) {
    const from = at + random.integer(values.length - at)
    const chosen = values[from] ?? 0
    values[from] = values[at] ?? 0
    values[at] = chosen
    sum += chosen
  }
  return splitOf(stratum, sum)
}

function studentised(splits: readonly Split[]): number {
  let difference = 0
  let variance = 0
  for (const split of splits) {
    difference += split.difference
    variance += split.variance
  }
  if (difference === 0) return 0
  return variance > 0 ? difference / Math.sqrt(variance) : Math.sign(difference) * Infinity
}

function binomial(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways = Math.round((ways * (n - k + i)) / i)
  return ways
}

/** The sums of all subsets of this size. */
function subsetSums(values: Float64Array, size: number): number[] {
  const sums: number[] = []
  const extend = (from: number, left: number, sum: number) => {
    if (left === 0) {
      sums.push(sum)
      return
    }
    for (let at = from; at <= values.length - left; at++) extend(at + 1, left - 1, sum + (values[at] ?? 0))
  }
  extend(0, size, 0)
  return sums
}

function* combinations(tables: readonly (readonly Split[])[]): Generator<readonly Split[]> {
  const [first, ...rest] = tables
  if (first === undefined) {
    yield []
    return
  }
  for (const split of first) for (const others of combinations(rest)) yield [split, ...others]
}
