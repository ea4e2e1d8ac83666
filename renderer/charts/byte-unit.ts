const units = [
  { name: 'B', bytes: 1 },
  { name: 'KiB', bytes: 1024 },
  { name: 'MiB', bytes: 1024 ** 2 },
  { name: 'GiB', bytes: 1024 ** 3 },
  { name: 'TiB', bytes: 1024 ** 4 },
] as const

export interface ByteUnit {
  readonly name: string
  readonly bytes: number
}

/** The binary unit in which the largest value of an axis is at least 1, so that its ticks are round numbers. */
export function byteUnitFor(largestBytes: number): ByteUnit {
  return units.findLast((unit) => largestBytes >= unit.bytes) ?? units[0]
}
