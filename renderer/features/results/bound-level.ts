import type { Slo } from '../../../electron/contract/experiment.ts'
import { reportedPercentiles, type ReportedPercentile } from '../../charts/latency-chart.ts'

/** The reported percentile that a bound is about; p99 without a bound or for a percentile that is not reported. */
export function shownPercentile(slo: Slo | null): ReportedPercentile {
  return reportedPercentiles.find((percentile) => percentile === slo?.percentile) ?? 99
}

/** A dragged bound: three digits are as fine as a hand can place it. In ms. */
export function roundBound(milliseconds: number): number {
  return Number(milliseconds.toPrecision(3))
}

/** A typed bound in ms; undefined when it is no positive number. */
export function parseBound(text: string): number | undefined {
  const value = Number(text.trim().replace(/\s*ms$/i, ''))
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined
}
