const text = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Orders two cells of a table column: numbers as numbers, text as people read it (`x2` before `x10`). */
export function compareCells(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return text.compare(String(a), String(b))
}
