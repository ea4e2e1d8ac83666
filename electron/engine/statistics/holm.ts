/**
 * Holm's (1979, A simple sequentially rejective multiple test procedure) adjusted p-values, in the order given: held
 * against 0.05, the probability of any false rejection among all of them is at most 5 %, however the tests depend on each
 * other.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((one, other) => one.p - other.p)
  const adjusted = pValues.map(() => 1)
  let highest = 0
  order.forEach(({ p, index }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)))
    adjusted[index] = highest
  })
  return adjusted
}
