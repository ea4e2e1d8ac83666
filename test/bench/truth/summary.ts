import { quantile, sortSamples } from '../../../electron/engine/statistics/quantile.ts'

/** Hyndman and Fan's type 7, as everywhere; NaN of nothing. */
export function quantileOf(values: readonly number[], p: number): number {
  return quantile(sortSamples(values), p) ?? Number.NaN
}

/** Share of true ones; NaN of nothing. */
export function shareOf(values: readonly boolean[]): number {
  return values.filter(Boolean).length / values.length
}

/** A fraction in percent, with one digit unless told; an en dash for what is no number. */
export function percent(fraction: number, digits = 1): string {
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(digits)} %` : '–'
}
