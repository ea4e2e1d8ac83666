/** log of the gamma function for x > 0 (Lanczos 1964, g = 7, nine terms; relative error below 1e-13). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  let sum = 0.99999999999980993
  coefficients.forEach((coefficient, index) => {
    sum += coefficient / (x + index)
  })
  const t = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1], by its continued fraction (Abramowitz and
 * Stegun 26.5.8, evaluated after Lentz 1976).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast only on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const tiny = 1e-300
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return (Math.exp(logFront) * fraction) / a
}

/**
 * Two-sided p-value P(|T| > t) of Student's t with any degrees of freedom; 1 without any, and for a t that is not a number.
 * Very many (10,000) are the normal distribution.
 */
export function studentTail(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0) || Number.isNaN(t)) return 1
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
}

/** P(F > f) for Fisher's F with these degrees of freedom; 1 without any, and for an f that is not above 0. */
export function fisherTail(f: number, numerator: number, denominator: number): number {
  if (!(numerator > 0 && denominator > 0 && f > 0)) return 1
  if (f === Infinity) return 0
  return incompleteBeta(denominator / (denominator + numerator * f), denominator / 2, numerator / 2)
}

const known = new Map<string, number>()

/**
 * The t that |T| exceeds with probability `tail`, in (0, 1), for Student's t with `degreesOfFreedom` > 0 (fractions
 * allowed; above 10,000 the difference from the normal distribution is below 1e-4 and is dropped). The 95 % interval takes
 * `tail` 0.05. Infinity where no finite t would do: for no degrees of freedom.
 */
export function studentCritical(tail: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0) || !(tail > 0)) return Infinity
  if (tail >= 1) return 0
  const df = Math.min(degreesOfFreedom, 10_000)
  const key = `${tail}/${df}`
  const before = known.get(key)
  if (before !== undefined) return before
  let low = 0
  let high = 1
  while (studentTail(high, df) > tail && high < 1e300) high *= 2
  for (let step = 0; step < 80 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2
    if (studentTail(middle, df) > tail) low = middle
    else high = middle
  }
  if (known.size > 4096) known.clear()
  known.set(key, high)
  return high
}
