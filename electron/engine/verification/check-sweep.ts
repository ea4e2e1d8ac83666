import { formatCount, formatThroughput } from '../../contract/quantity.ts'
import type { Judgement, Sweep, SweptTrial } from './report.ts'

/**
 * Every batch size has to complete, but those past the memory boundary: running out of memory is a result. A size that
 * there was no time for is said.
 */
export function judgeSweep({ trials }: Sweep, asked: readonly number[]): Judgement {
  const completed = trials.filter(({ outcome }) => outcome === 'completed')
  const out = trials.filter(({ outcome }) => outcome === 'out-of-memory')
  const broken = trials.filter(({ outcome }) => ['failed', 'crashed', 'timed-out'].includes(outcome))
  const measured = new Set(
    trials.filter(({ outcome }) => outcome !== 'cancelled').map(({ batchSize }) => batchSize),
  )
  const missing = asked.filter((batchSize) => !measured.has(batchSize))
  const best = completed.reduce<SweptTrial | undefined>(
    (one, other) => ((other.itemsPerSecond ?? 0) > (one?.itemsPerSecond ?? 0) ? other : one),
    undefined,
  )
  const figures = {
    completed: sizes(completed),
    outOfMemory: sizes(out),
    broken: broken.map(({ batchSize, outcome, failure }) => ({ batchSize, outcome, failure: failure ?? '' })),
    notMeasured: missing,
    ...(best !== undefined && {
      bestBatchSize: best.batchSize,
      bestItemsPerSecond: best.itemsPerSecond ?? null,
    }),
  }
  const [first] = broken
  if (first !== undefined) {
    const sentence = `Batch ${sizes(broken).join(', ')} ended as ${first.outcome}: ${first.failure ?? 'no reason was given.'}`
    return { verdict: 'failed', sentence, figures }
  }
  if (best === undefined) {
    const why =
      missing.length === asked.length
        ? 'There was no time for a single execution.'
        : `Batch ${sizes(out).join(', ')} ran out of memory.`
    return missing.length === asked.length
      ? { verdict: 'skipped', sentence: why, figures, because: 'no-time' }
      : { verdict: 'failed', sentence: `No batch size completed. ${why}`, figures }
  }
  const parts = [
    `${formatCount(completed.length)} of ${formatCount(asked.length)} batch sizes measured, fastest at ${formatCount(best.batchSize)} with ${formatThroughput(best.itemsPerSecond ?? 0)}.`,
    ...(out.length > 0
      ? [`Out of memory from batch ${formatCount(Math.min(...sizes(out)))}, which was survived.`]
      : []),
    ...(missing.length > 0 ? [`Batch ${missing.join(', ')} not run: no time left.`] : []),
  ]
  return {
    verdict: 'passed',
    sentence: parts.join(' '),
    figures,
    ...(missing.length > 0 && { because: 'no-time' }),
  }
}

function sizes(trials: readonly SweptTrial[]): number[] {
  return trials.map(({ batchSize }) => batchSize)
}
