import { formatBytes, formatPercent } from '../../contract/quantity.ts'
import { median } from '../statistics/quantile.ts'
import type { Tolerances } from './plan.ts'
import { nothingToJudge, type Judgement, type Sweep } from './report.ts'
import { memoryOf } from './sweep.ts'

/** It takes four batch sizes to tell a line from a bend. */
const enoughToJudge = 4

/**
 * Memory has to follow the line fixed + perItem x batch, as the product itself judges it, and what was predicted before an
 * execution has to come true: the median error of the predictions may be no more than is tolerated.
 */
export function judgeMemory(
  { memoryFit: fit, trials }: Sweep,
  tolerances: Pick<Tolerances, 'memoryPrediction'>,
): Judgement {
  if (fit === undefined || fit.batchSizes.length < enoughToJudge) {
    return nothingToJudge(
      `Memory is known of ${fit?.batchSizes.length ?? 0} batch sizes; it takes ${enoughToJudge} to judge a line.`,
    )
  }
  const points = trials.flatMap((trial) => {
    const bytes = trial.outcome === 'completed' ? memoryOf(trial, fit.of) : undefined
    return bytes === undefined ? [] : [{ batchSize: trial.batchSize, bytes }]
  })
  const onLine = points.filter(({ batchSize }) => fit.batchSizes.includes(batchSize))
  const determination = determinationOf(
    onLine,
    ({ batchSize }) => fit.fixedBytes + fit.perItemBytes * batchSize,
  )
  const errors = trials.flatMap(({ predictedMemory, ...trial }) => {
    const actual = trial.outcome === 'completed' ? memoryOf(trial, fit.of) : undefined
    if (predictedMemory?.of !== fit.of || actual === undefined || !(actual > 0)) return []
    return [{ batchSize: trial.batchSize, error: Math.abs(predictedMemory.bytes - actual) / actual }]
  })
  const worst = errors.reduce((one, other) => (other.error > one.error ? other : one), {
    batchSize: 0,
    error: 0,
  })
  const typical = median(errors.map(({ error }) => error))
  const figures = {
    ...{ of: fit.of, fixedBytes: fit.fixedBytes, perItemBytes: fit.perItemBytes, follows: fit.follows },
    ...{ batchSizesOnLine: fit.batchSizes, typicalError: fit.relativeError },
    determination: determination ?? null,
    predictions: errors.length,
    ...(typical !== undefined && {
      predictionMedianError: typical,
      predictionWorstError: worst.error,
      predictionWorstAt: worst.batchSize,
    }),
  }
  const line = `${capital(fit.of)} memory is ${formatBytes(fit.fixedBytes)} and ${formatBytes(fit.perItemBytes)} an item`
  if (!fit.follows) {
    const sentence = `${line} does not describe it: a typical batch size lies ${formatPercent(fit.relativeError)} off that line, or the line bends.`
    return { verdict: 'failed', sentence, figures }
  }
  const known = `${line}; a typical batch size lies ${formatPercent(fit.relativeError)} off (R² ${(determination ?? 0).toFixed(4)}, batch ${fit.batchSizes[0]} to ${fit.batchSizes.at(-1)}).`
  if (typical === undefined)
    return { verdict: 'passed', sentence: `${known} Nothing was predicted beforehand.`, figures }
  const predicted =
    errors.length === 1
      ? `The one prediction made beforehand was off by ${formatPercent(typical)} (batch ${worst.batchSize})`
      : `Predictions made before ${errors.length} batch sizes ran were off by ${formatPercent(typical)} in the median, ${formatPercent(worst.error)} at worst (batch ${worst.batchSize})`
  if (typical > tolerances.memoryPrediction) {
    return {
      verdict: 'failed',
      sentence: `${known} ${predicted}; ${formatPercent(tolerances.memoryPrediction)} is tolerated.`,
      figures,
    }
  }
  return { verdict: 'passed', sentence: `${known} ${predicted}.`, figures }
}

/** R²: the share of the variance that the line explains; `undefined` where there is no variance. */
function determinationOf<P extends { bytes: number }>(
  points: readonly P[],
  lineAt: (point: P) => number,
): number | undefined {
  const mean = points.reduce((sum, { bytes }) => sum + bytes, 0) / points.length
  const around = points.reduce((sum, { bytes }) => sum + (bytes - mean) ** 2, 0)
  const left = points.reduce((sum, point) => sum + (point.bytes - lineAt(point)) ** 2, 0)
  return around > 0 ? 1 - left / around : undefined
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
