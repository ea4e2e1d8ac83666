import type { CompletedTrialReport, TrialReport } from '../../contract/analysis.ts'
import { relativeHalfWidthOf, type Interval } from '../../contract/interval.ts'
import { formatNumber, formatPercent, formatThroughput } from '../../contract/quantity.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import {
  hasVariants,
  inBuiltIn,
  ofReference,
  placeLabel,
  runtimeAmong,
  seriesKey,
} from '../experiment/configurations.ts'

/** Names a configuration: its batch size, and where there are several series what tells them apart. */
export type NameOf = (report: Pick<CompletedTrialReport, 'id' | 'config'>) => string

/** `24`, `24 on cuda, 2 threads`, `24 with onnxruntime@1.30.0`, `24 on cuda with fp16 and the built-in runtime`. */
export function namesIn(trials: readonly Pick<TrialReport, 'config'>[]): NameOf {
  const all = trials.map(({ config }) => config)
  const places = new Set(all.map((config) => seriesKey(inBuiltIn(ofReference(config)))))
  const withVariants = hasVariants(all)
  return ({ config }) => {
    const where = places.size > 1 ? ` on ${placeLabel(config, all)}` : ''
    const runtime = runtimeAmong(config, all)
    const which = [
      ...(withVariants ? [config.variant ?? 'the reference'] : []),
      ...(runtime === undefined ? [] : [runtimeName(runtime)]),
    ]
    return `${config.batchSize}${where}${which.length === 0 ? '' : ` with ${which.join(' and ')}`}`
  }
}

/** A runtime in a sentence: `onnxruntime@1.30.0`, `the built-in runtime`. */
export function runtimeName(runtime: string = builtInRuntime): string {
  return runtime === builtInRuntime ? 'the built-in runtime' : runtime
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
