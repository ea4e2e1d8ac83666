import type { Series } from '../../../electron/contract/analysis.ts'
import { fitSentences } from '../../../electron/contract/evidence.ts'
import type { LatencyFit, MemoryFit } from '../../../electron/contract/fit.ts'
import type { Interval } from '../../../electron/contract/interval.ts'
import { formatBytes, formatNumber, formatThroughput } from '../../../electron/contract/quantity.ts'

/** One number of a fit. */
export interface FitFact {
  label: string
  value: string
  /** Its 95 % interval. */
  interval?: string
}

/** What the curves of one series follow. */
export interface FitBlock {
  key: string
  label: string
  /** In plain words; also where there is no line. */
  sentences: string[]
  facts: FitFact[]
}

/** What is known of the lines behind the curves, one block a series; series too short for a line have none. */
export function fitBlocks(series: readonly Series[]): FitBlock[] {
  return series.flatMap(({ key, label, latencyFit, memoryFit }) => {
    if (latencyFit === undefined && memoryFit === undefined) return []
    const sentences = fitSentences({ latencyFit, memoryFit })
    return [{ key, label, sentences, facts: [...latencyFacts(latencyFit), ...memoryFacts(memoryFit)] }]
  })
}

function latencyFacts(fit: LatencyFit | undefined): FitFact[] {
  if (fit?.follows !== true) return []
  const milliseconds = (value: number) => `${formatNumber(value)} ms`
  const { halfSaturationBatch: half, asymptoticItemsPerSecond: top } = fit
  return [
    { label: 'Each call', value: milliseconds(fit.overheadMs), ...spanOf(fit.overheadCi95, formatNumber) },
    { label: 'Each item', value: milliseconds(fit.perItemMs), ...spanOf(fit.perItemCi95, formatNumber) },
    ...(half === undefined ? [] : [{ label: 'Half of top speed at batch', value: formatNumber(half) }]),
    ...(top === undefined ? [] : [{ label: 'Top speed', value: formatThroughput(top) }]),
  ]
}

function memoryFacts(fit: MemoryFit | undefined): FitFact[] {
  if (fit?.follows !== true) return []
  return [
    { label: 'Memory at rest', value: formatBytes(fit.fixedBytes) },
    { label: 'Memory per item', value: formatBytes(fit.perItemBytes) },
  ]
}

function spanOf(interval: Interval | undefined, format: (value: number) => string): { interval?: string } {
  return interval === undefined ? {} : { interval: `${format(interval[0])} to ${format(interval[1])}` }
}
