import type { Slo } from '../../contract/experiment.ts'
import { formatBytes, parseBytes } from '../../contract/quantity.ts'
import { refused, understood, type Reading } from './draft-reading.ts'

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
