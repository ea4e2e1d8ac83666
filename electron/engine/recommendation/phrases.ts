import type { CompletedTrialReport, TrialReport } from '../../contract/analysis.ts'
import { relativeHalfWidthOf, type Interval } from '../../contract/interval.ts'
import { formatNumber, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import { hasVariants, ofReference, seriesKey, settingLabel } from '../experiment/configurations.ts'

/** Names a configuration: its batch size, and where there are several series what tells them apart. */
export type NameOf = (report: Pick<CompletedTrialReport, 'id' | 'config'>) => string

/** `24`, `24 on cuda, 2 threads`, `24 with fp16`, `24 on cuda with the reference`. */
export function namesIn(trials: readonly Pick<TrialReport, 'config'>[]): NameOf {
  const all = trials.map(({ config }) => config)
  const settings = new Set(all.map((config) => seriesKey(ofReference(config))))
  const withVariants = hasVariants(all)
  return ({ config }) => {
    const where = settings.size > 1 ? ` on ${settingLabel(config, all)}` : ''
    const which = withVariants ? ` with ${config.variant ?? 'the reference'}` : ''
    return `${config.batchSize}${where}${which}`
  }
}

/** ` (±1.2 %)`, or nothing where there is no interval. */
export function plusMinus(interval: Interval | undefined): string {
  const relative = interval && relativeHalfWidthOf(interval)
  return relative === undefined ? '' : ` (±${formatPercent(relative)})`
}

/** `2,858 items/s (±1.2 %)`. */
export function throughputPhrase({ throughput }: CompletedTrialReport): string {
  return `${formatThroughput(throughput.itemsPerSecond)}${plusMinus(throughput.ci95)}`
}

/** `24`, `24 and 32`, `16, 24 and 32`; a long list names its ends: `16 to 128`. */
export function listBatches(batches: readonly number[]): string {
  const first = batches[0]
  const last = batches.at(-1)
  if (first === undefined || last === undefined) return ''
  if (batches.length > 4) return `${batches.length} batch sizes from ${first} to ${last}`
  const before = batches.slice(0, -1)
  return before.length === 0 ? String(last) : `${before.join(', ')} and ${last}`
}

/** How many times: `7.0 times`. */
export function timesPhrase(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : formatNumber(ratio)} times`
}
