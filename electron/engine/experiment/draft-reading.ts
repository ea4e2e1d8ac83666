import type { Environment } from '../../contract/environment.ts'
import type { DraftProblem } from '../../contract/experiment.ts'

/** What a draft is held against of the machine that is to measure it. */
export type Here = Pick<Environment, 'providers' | 'runtimes' | 'devices'>

/** What a field's text means, or what is wrong with it. */
export type Reading<T> = { ok: true; value: T } | { ok: false; problem: Omit<DraftProblem, 'field'> }

export function understood<T>(value: T): Reading<T> {
  return { ok: true, value }
}

export function refused(message: string, hint?: string): { ok: false; problem: Omit<DraftProblem, 'field'> } {
  return { ok: false, problem: { message, hint } }
}

/** Items of a comma-separated list, trimmed; empty ones are left out, so that `1,2,` can be typed on. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i
const grouped = new Intl.NumberFormat('en-US')

interface NumberBounds {
  /** What the number is, as the subject of a sentence: `Batch size`. */
  what: string
  least: number
  most: number
  /** Added to the bounds in messages, for example ` ms`. */
  unit?: string
}

/** A number within bounds, both included. */
export function readNumber(text: string, { what, least, most, unit = '' }: NumberBounds): Reading<number> {
  const bounds = `Use a number from ${grouped.format(least)} to ${grouped.format(most)}${unit}.`
  if (!decimal.test(text)) return refused(`${what} "${text}" is not a number.`, bounds)
  const value = Number(text)
  if (value < least) return refused(`${what} "${text}" is below ${grouped.format(least)}${unit}.`, bounds)
  if (value > most) return refused(`${what} "${text}" is above ${grouped.format(most)}${unit}.`, bounds)
  return understood(value)
}

/** A whole number within bounds, both included. */
export function readWhole(text: string, bounds: NumberBounds): Reading<number> {
  const hint = `Use a whole number from ${grouped.format(bounds.least)} to ${grouped.format(bounds.most)}.`
  if (decimal.test(text) && !Number.isInteger(Number(text))) {
    return refused(`${bounds.what} "${text}" is not a whole number.`, hint)
  }
  const reading = readNumber(text, bounds)
  return reading.ok ? reading : refused(reading.problem.message, hint)
}

/** Whole numbers separated by commas, ascending, without duplicates. */
export function readWholeList(text: string, bounds: NumberBounds): Reading<number[]> {
  const values: number[] = []
  for (const item of splitList(text)) {
    const reading = readWhole(item, bounds)
    if (!reading.ok) return reading
    values.push(reading.value)
  }
  return understood(ascending(values))
}

/** Sorted, each value once. */
export function ascending(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}
