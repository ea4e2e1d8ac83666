const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The smallest round number that is not below `value`: 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten. */
export function roundCeiling(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = steps.find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10
  return step * power
}

/**
 * The upper end of a live axis: it moves only when the data leaves it or fills less than a third of it, so that
 * the axis does not jump with every sample.
 */
export function steadyCeiling(previous: number, largest: number): number {
  if (largest > previous || largest * 3 < previous) return roundCeiling(largest * 1.1)
  return previous
}
