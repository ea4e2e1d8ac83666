import type { Slo } from '../../contract/experiment.ts'
import { formatBytes, parseBytes } from '../../contract/quantity.ts'
import { largestBatchSize } from './batch-expression.ts'
import { readWhole, refused, understood, type Reading } from './draft-reading.ts'

const millisecondsPer: Record<string, number> = { us: 0.001, µs: 0.001, μs: 0.001, ms: 1, s: 1000 }

/** A latency bound as a person writes it: `p99<=20ms`, `p99.9 < 0.5 s`. */
export function readSlo(text: string): Reading<Slo> {
  const match = /^p\s*(\d+(?:\.\d+)?)\s*(?:<=|<|≤)\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)$/i.exec(text.trim())
  if (match === null) {
    return refused(
      `Latency bound "${text}" cannot be read.`,
      'Write a percentile and a time, as in p99<=20ms.',
    )
  }
  const [, percentileText = '', amount = '', unit = ''] = match
  const percentile = Number(percentileText)
  if (!(percentile > 0 && percentile < 100)) {
    return refused(
      `Percentile "${percentileText}" in the latency bound is not between 0 and 100.`,
      'Use for example p50, p95, p99 or p99.9.',
    )
  }
  const factor = millisecondsPer[unit.toLowerCase()]
  if (factor === undefined) {
    const what = unit === '' ? 'has no unit' : `has the unknown unit "${unit}"`
    return refused(`Latency bound "${text}" ${what}.`, 'Give the time in us, ms or s, as in p99<=20ms.')
  }
  const milliseconds = Number(amount) * factor
  if (milliseconds <= 0) {
    return refused(`Latency bound "${text}" is zero.`, 'Give a time above zero, as in p99<=20ms.')
  }
  return understood({ percentile, milliseconds })
}

/** Below this no session host can start: its JavaScript engine and ONNX Runtime alone need more. */
const leastMemoryBudget = 64 * 1024 ** 2

/** A memory budget in bytes, written with a binary or decimal unit. */
export function readMemoryBudget(text: string): Reading<number> {
  const bytes = parseBytes(text)
  if (bytes === undefined) {
    return refused(
      `Memory budget "${text}" cannot be read.`,
      'Write a number and a unit, as in 2GiB or 512MiB.',
    )
  }
  if (bytes < leastMemoryBudget) {
    return refused(
      `Memory budget "${text}" is too small: ONNX Runtime alone needs more than ${formatBytes(leastMemoryBudget)}.`,
      'Give at least 64MiB; a number without a unit counts bytes.',
    )
  }
  if (!Number.isSafeInteger(bytes)) {
    return refused(`Memory budget "${text}" is more than any machine has.`, 'Give for example 2GiB.')
  }
  return understood(bytes)
}

const timeUnits: Record<string, number> = { ms: 1, s: 1000, sec: 1000, min: 60_000, h: 3_600_000 }

/** Less than one execution takes is no budget; more than thirty days is a slip of the finger. In ms. */
const timeBudgetBounds = { least: 1000, most: 30 * 24 * 3_600_000 }

/** A time budget in ms, written with its unit: `60s`, `1.5 min`, `2h`, `90000ms`. */
export function readTimeBudget(text: string): Reading<number> {
  const hint = 'Write a number and a unit: ms, s, min or h, as in 60s or 5min.'
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)$/i.exec(text.trim())
  if (match === null) return refused(`Time budget "${text}" cannot be read.`, hint)
  const [, amount = '', unit = ''] = match
  if (unit === '') return refused(`Time budget "${text}" has no unit.`, hint)
  const factor = timeUnits[unit.toLowerCase()]
  if (factor === undefined) {
    const minutes = unit === 'm' || unit === 'M' ? ' For minutes write min.' : ''
    return refused(`Time budget "${text}" has the unknown unit "${unit}".`, `${hint}${minutes}`)
  }
  const milliseconds = Number(amount) * factor
  if (milliseconds < timeBudgetBounds.least) {
    return refused(
      `Time budget "${text}" is too short: one execution alone takes longer.`,
      'Give at least 1s, better 30s or more.',
    )
  }
  if (milliseconds > timeBudgetBounds.most) {
    return refused(`Time budget "${text}" is more than thirty days.`, 'Leave it out for no limit.')
  }
  return understood(milliseconds)
}

/** How near the memory boundary is to be measured, in batch sizes: 1 for exactly. */
export function readBoundaryGranularity(text: string): Reading<number> {
  return readWhole(text, { what: 'Boundary granularity', least: 1, most: largestBatchSize })
}
