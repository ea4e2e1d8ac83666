import type { LatencyChange } from '../../../electron/contract/comparison.ts'

/** Where ratios stand on the axis of the intervals: logarithmic, so that twice and half are equally far from 1. */
export interface ForestScale {
  /** In percent of the axis; what lies outside stands at its end. */
  percentOf(ratio: number): number
  isOutside(ratio: number): boolean
  /** Of the band in which a difference does not matter. */
  band: { from: number; to: number }
  ticks: { percent: number; text: string }[]
}

/** An interval wider than this, for lack of executions, must not squeeze all others. */
const widest = Math.log(3)

const steps = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]

/** An axis around 1 that holds every interval and the threshold. */
export function forestScale(changes: readonly LatencyChange[], threshold: number): ForestScale {
  const reach = changes
    .flatMap(({ ratio, ci95 }) => [ratio, ...(ci95 ?? [])])
    .map((ratio) => Math.abs(Math.log(ratio)))
    .filter(Number.isFinite)
  const edge = Math.min(widest, Math.max(0.01, 1.6 * Math.log1p(threshold), 1.08 * Math.max(0, ...reach)))
  const place = (ratio: number) => 50 + (50 * Math.log(ratio)) / edge
  const percentOf = (ratio: number) => Math.min(100, Math.max(0, place(ratio)))
  const isOutside = (ratio: number) => !(place(ratio) >= -1e-9 && place(ratio) <= 100 + 1e-9)
  const most = Math.expm1(edge)
  const step = steps.find((each) => most / each <= 2.6) ?? most
  const count = Math.floor(most / step)
  const above = Array.from({ length: count }, (_, index) => (index + 1) * step)
  const ticks = [...above.map((by) => 1 / (1 + by)).toReversed(), 1, ...above.map((by) => 1 + by)]
  return {
    percentOf,
    isOutside,
    band: { from: percentOf(1 / (1 + threshold)), to: percentOf(1 + threshold) },
    ticks: ticks.map((ratio) => ({ percent: percentOf(ratio), text: ratio === 1 ? '1' : tickText(ratio) })),
  }
}

function tickText(ratio: number): string {
  return String(Number(ratio.toPrecision(3)))
}
