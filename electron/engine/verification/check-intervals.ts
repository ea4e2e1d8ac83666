import { relativeHalfWidthOf } from '../../contract/interval.ts'
import { formatPercent } from '../../contract/quantity.ts'
import { median } from '../statistics/quantile.ts'
import type { Tolerances } from './plan.ts'
import { nothingToJudge, type Judgement, type Sweep } from './report.ts'

/**
 * Two-level intervals: every batch size that ran in several processes has to have one. Where they are wide, that is for
 * information: such an interval is no less true, but the machine was too restless for it to say much.
 */
export function judgeIntervals(
  sweeps: readonly Sweep[],
  { intervalHalfWidth: widest }: Pick<Tolerances, 'intervalHalfWidth'>,
): Judgement {
  const repeated = sweeps.flatMap(({ model, trials }) =>
    trials.flatMap((trial) =>
      trial.outcome === 'completed' && trial.executions >= 2 ? [{ model, ...trial }] : [],
    ),
  )
  if (repeated.length === 0) {
    return {
      ...nothingToJudge('No batch size ran in two processes: there was no time for a second block.'),
      because: 'no-time',
    }
  }
  const widths = repeated.map(({ model, batchSize, itemsPerSecondCi95 }) => ({
    ...{ model, batchSize },
    halfWidth: (itemsPerSecondCi95 && relativeHalfWidthOf(itemsPerSecondCi95)) ?? null,
  }))
  const drifts = sweeps.flatMap(({ model, drift }) => (drift === undefined ? [] : [{ model, ...drift }]))
  const figures = {
    halfWidths: widths,
    drift: drifts.map(({ model, range, significant, blocks }) => ({
      ...{ model, range, significant },
      blocks: blocks.map(({ block, ratio }) => ({ block, ratio })),
    })),
  }
  const without = widths.filter(({ halfWidth }) => halfWidth === null)
  const [first] = without
  if (first !== undefined) {
    const sentence = `${first.model} at batch ${first.batchSize} ran in two processes and has no interval${without.length > 1 ? `, nor have ${without.length - 1} others` : ''}.`
    return { verdict: 'failed', sentence, figures }
  }
  const known = widths.flatMap(({ halfWidth }) => halfWidth ?? [])
  const typical = median(known) ?? 0
  const largest = Math.max(0, ...drifts.map(({ range }) => range))
  const shown = drifts.some(({ significant }) => significant)
  const sentence = `Throughput of ${widths.length} batch sizes is known to ±${formatPercent(typical)} in the median, ±${formatPercent(Math.max(...known))} at worst (95 %, over processes); blocks differ by up to ${formatPercent(largest)}, ${shown ? 'more' : 'no more'} than chance allows.`
  if (typical <= widest) return { verdict: 'passed', sentence, figures }
  const restless = `${sentence} That is too wide to say much: something else was computing, or more executions are needed.`
  return { verdict: 'information', sentence: restless, figures }
}
