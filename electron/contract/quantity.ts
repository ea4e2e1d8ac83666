/**
 * Quantities as text, the same in the interface, on the terminal and in reports.
 * Numbers carry three significant digits, and thousands separators from 1,000 up.
 */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A number with three significant digits below 1,000: `0.0123`, `1.23`, `123`, `12,345`. Non-finite gives an en dash. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const magnitude = Math.abs(value)
  if (magnitude >= 999.5) return grouped.format(value)
  const digits = Math.max(0, 2 - Math.floor(Math.log10(magnitude)))
  return value.toFixed(Math.min(digits, 6))
}

/** A count, whole: `1`, `24`, `1,234`. */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** Milliseconds as `1.23 ms`, or seconds from 10 s up. */
export function formatMilliseconds(ms: number): string {
  return ms >= 10_000 ? `${formatNumber(ms / 1000)} s` : `${formatNumber(ms)} ms`
}

/** Items per second as `2,858 items/s`. */
export function formatThroughput(itemsPerSecond: number): string {
  return `${formatNumber(itemsPerSecond)} items/s`
}

/** Energy per item as `0.24 J/item`; below 0.1 J as `12.3 mJ/item`. */
export function formatEnergyPerItem(joules: number): string {
  return joules < 0.1 ? `${formatNumber(joules * 1000)} mJ/item` : `${formatNumber(joules)} J/item`
}

/** Items per joule, which is items per second and watt, as `4.17 items/J`. */
export function formatItemsPerJoule(itemsPerJoule: number): string {
  return `${formatNumber(itemsPerJoule)} items/J`
}

/** Power as `412 W`. */
export function formatWatts(watts: number): string {
  return `${formatNumber(watts)} W`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in binary units as `3.10 GiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–'
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  return unit === 0 ? `${Math.round(value)} B` : `${formatNumber(value)} ${byteUnits[unit] ?? ''}`
}

/** A fraction as `1.2 %`. */
export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(Math.abs(fraction) >= 0.1 ? 0 : 1)} %`
}

/** A change as a fraction: `+4.2 %`, `−1.0 %`, `0.0 %`; an en dash where it is not known. */
export function formatSignedPercent(fraction: number): string {
  if (!Number.isFinite(fraction)) return '–'
  const size = formatPercent(Math.abs(fraction))
  if (size === formatPercent(0)) return size
  return `${fraction > 0 ? '+' : '−'}${size}`
}

/** A duration in ms as a clock: `00:41`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const pad = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${pad(minutes)}:${pad(seconds % 60)}`
}

const byteFactors: Record<string, number> = {
  '': 1,
  B: 1,
  K: 1024,
  KB: 1000,
  KIB: 1024,
  M: 1024 ** 2,
  MB: 1000 ** 2,
  MIB: 1024 ** 2,
  G: 1024 ** 3,
  GB: 1000 ** 3,
  GIB: 1024 ** 3,
  T: 1024 ** 4,
  TB: 1000 ** 4,
  TIB: 1024 ** 4,
}

/** `2GiB`, `512 MB`, `1.5g` or plain bytes, as bytes; `undefined` when it is none of these. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  if (match === null) return undefined
  const factor = byteFactors[(match[2] ?? '').toUpperCase()]
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor)
}
