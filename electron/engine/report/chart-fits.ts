import { fittedLatencyMs, fittedMemoryBytes } from '../../contract/fit.ts'
import type { CompletedTrialReport, Series } from '../../contract/analysis.ts'
import { latencyFormula } from '../../contract/evidence.ts'
import type { FittedLine } from './chart-marks.ts'
import type { SeriesStyle } from './series-style.ts'

/** One curve with the trials behind it. */
export interface Curve {
  series: Series
  style: SeriesStyle
  completed: CompletedTrialReport[]
  outOfMemory: number[]
}

/** The lines that latency follows, as `valueOf` makes them of the fitted latency in ms. */
export function latencyLines(
  curves: readonly Curve[],
  valueOf: (batchSize: number, latencyMs: number) => number,
): FittedLine[] {
  return curves.flatMap(({ series: { latencyFit: fit }, style, completed }) =>
    fit?.follows === true
      ? lineOver(completed, style, (batchSize) => valueOf(batchSize, fittedLatencyMs(fit, batchSize)))
      : [],
  )
}

/** The line that memory follows, in the chart's unit. */
export function memoryLines(
  { memoryFit: fit }: Series,
  style: SeriesStyle,
  completed: readonly CompletedTrialReport[],
  unitBytes: number,
): FittedLine[] {
  if (fit?.follows !== true) return []
  return lineOver(completed, style, (batchSize) => fittedMemoryBytes(fit, batchSize) / unitBytes)
}

/** From the first batch size that completed to the last. */
function lineOver(
  completed: readonly CompletedTrialReport[],
  { colour }: SeriesStyle,
  valueAt: FittedLine['valueAt'],
): FittedLine[] {
  const sizes = completed.map(({ config }) => config.batchSize)
  return sizes.length < 2 ? [] : [{ from: Math.min(...sizes), to: Math.max(...sizes), colour, valueAt }]
}

/** The fitted line of the only curve in numbers. */
export function latencyFormulaOf(curves: readonly Curve[]): string | undefined {
  const [curve, ...others] = curves
  const fit = curve?.series.latencyFit
  return fit?.follows === true && others.length === 0 ? latencyFormula(fit) : undefined
}

/** For a chart's head: that there is a dotted line, and what it is. */
export function aboutFits(fits: readonly FittedLine[], formula?: string): string {
  if (fits.length === 0) return ''
  return formula === undefined ? '; dotted: fit' : `; dotted: fit, ${formula}`
}
