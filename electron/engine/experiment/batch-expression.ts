import type { BatchSizes } from '../../contract/experiment.ts'
import { ascending, readWhole, refused, splitList, understood, type Reading } from './draft-reading.ts'

/** Largest batch size that can be asked for: far above any real one, so that a slip of the finger is noticed. */
export const largestBatchSize = 1_048_576

/** More values than this cannot be measured in a lifetime of patience. */
const mostValues = 4_096

const grammar =
  'Write 1,2,4,8, a range as 1:64 or 1:64:8, powers of two as pow2:1:256, or auto, as auto:256 up to 256.'

/**
 * Batch sizes as a person writes them: `auto`, `auto:256` (no further than 256), or a comma-separated list of numbers, ranges `FIRST:LAST` or
 * `FIRST:LAST:STEP` (both ends included), and `pow2:FIRST:LAST` (the powers of two within). The values come back
 * ascending and without duplicates.
 */
export function readBatchExpression(text: string): Reading<BatchSizes> {
  const searched = /^\s*auto\s*(?::(.*))?$/is.exec(text)
  if (searched !== null) return readSearch(searched[1]?.trim())
  const items = splitList(text)
  if (items.length === 0) return refused(`Batch sizes "${text.trim()}" name no value.`, grammar)
  const values: number[] = []
  for (const item of items) {
    const reading = readItem(item)
    if (!reading.ok) return reading
    values.push(...reading.value)
    if (values.length > mostValues) return refuseMany(text)
  }
  return understood({ kind: 'list', values: ascending(values) })
}

/** The automatic search; `maximum` is what stands after `auto:`, `undefined` where there is only `auto`. */
function readSearch(maximum: string | undefined): Reading<BatchSizes> {
  if (maximum === undefined) return understood({ kind: 'auto' })
  if (maximum === '') {
    return refused('"auto:" does not say how far to search.', 'Write auto alone, or its end, as in auto:256.')
  }
  if (maximum.includes(',')) return refuseMixed()
  const reading = readWhole(maximum, { what: 'End of the search', least: 1, most: largestBatchSize })
  return reading.ok ? understood({ kind: 'auto', maximum: reading.value }) : reading
}

function refuseMixed(): Reading<never> {
  return refused('"auto" cannot be mixed with other batch sizes.', 'Write auto alone, or leave it out.')
}

function readItem(item: string): Reading<number[]> {
  if (/^auto\b/i.test(item)) return refuseMixed()
  const [, powers, rest = item] = /^(pow2\s*:)(.*)$/i.exec(item) ?? []
  const parts = rest.split(':').map((part) => part.trim())
  const mostParts = powers === undefined ? 3 : 2
  const leastParts = powers === undefined ? 1 : 2
  if (
    parts.length < leastParts ||
    parts.length > mostParts ||
    parts.includes('') ||
    /[^\d.e+\-:\s]/i.test(rest)
  ) {
    return refused(`Batch sizes "${item}" cannot be read.`, grammar)
  }
  const numbers: number[] = []
  for (const [position, part] of parts.entries()) {
    const what = parts.length === 1 ? 'Batch size' : position === 2 ? 'Step' : 'Batch size'
    const reading = readWhole(part, { what, least: 1, most: largestBatchSize })
    if (!reading.ok) return reading
    numbers.push(reading.value)
  }
  const [first = 1, last = first, step = 1] = numbers
  if (last < first) {
    return refused(`Range "${item}" ends before it begins.`, `Write the smaller end first: ${last}:${first}.`)
  }
  return powers === undefined ? range(item, first, last, step) : powersOfTwo(item, first, last)
}

function range(item: string, first: number, last: number, step: number): Reading<number[]> {
  const count = Math.floor((last - first) / step) + 1
  if (count > mostValues) return refuseMany(item)
  return understood(Array.from({ length: count }, (_, index) => first + index * step))
}

function powersOfTwo(item: string, first: number, last: number): Reading<number[]> {
  const values: number[] = []
  for (let value = 1; value <= last; value *= 2) if (value >= first) values.push(value)
  return values.length > 0
    ? understood(values)
    : refused(`There is no power of two in "${item}".`, 'Widen it, for example pow2:1:256.')
}

function refuseMany(text: string): Reading<never> {
  return refused(
    `"${text}" is more than ${mostValues.toLocaleString('en-US')} batch sizes.`,
    'Take a larger step, as in 1:5000:64, powers of two, or auto.',
  )
}
