const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })

/** A number that somebody chose, as they would write it: `20`, `0.5`, `1,000`. Measured ones have `formatNumber`. */
export function plainNumber(value: number): string {
  return plain.format(value)
}

/** A chosen time: `250 ms`, `1.5 s`. */
export function plainDuration(ms: number): string {
  return ms >= 1000 ? `${plainNumber(ms / 1000)} s` : `${plainNumber(ms)} ms`
}

/** A chosen fraction: `2 %`. */
export function plainPercent(fraction: number): string {
  return `${plain.format(Number((fraction * 100).toPrecision(6)))} %`
}
