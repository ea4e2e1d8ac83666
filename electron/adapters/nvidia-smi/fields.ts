/** What is asked of each device to list it, by the names that drivers have for it, the preferred first. */
export const deviceFields = {
  index: ['index'],
  uuid: ['uuid'],
  name: ['name'],
  driver: ['driver_version'],
  memoryTotal: ['memory.total'],
  mig: ['mig.mode.current'],
} as const

/**
 * What is asked of each device over and over. Since Ampere, `power.draw` is an average over the last second, which would
 * carry what was before a short window into it; newer drivers also tell the power of the moment, some devices only one of
 * the two.
 */
export const readingFields = {
  index: ['index'],
  uuid: ['uuid'],
  memoryTotal: ['memory.total'],
  memoryUsed: ['memory.used'],
  utilization: ['utilization.gpu'],
  memoryUtilization: ['utilization.memory'],
  power: ['power.draw'],
  powerNow: ['power.draw.instant'],
  temperature: ['temperature.gpu'],
  smClock: ['clocks.sm'],
  memoryClock: ['clocks.mem'],
  throttle: ['clocks_throttle_reasons.active', 'clocks_event_reasons.active'],
} as const

/** What is asked of each process that computes. The name comes last, because it may hold commas. */
export const userFields = {
  pid: ['pid'],
  uuid: ['gpu_uuid'],
  memoryUsed: ['used_memory'],
  name: ['process_name'],
} as const

/** A row's values by what was asked; what the driver does not tell is absent. */
export type Row<Key extends string> = Partial<Record<Key, string>>

/**
 * The columns of one query. Drivers differ in the fields that they know, and refuse a query for one that they do not: it
 * is then asked by its next name, or left out.
 */
export class Columns<Key extends string> {
  readonly #fields: readonly (readonly [Key, readonly string[]])[]
  readonly #refused: Set<string>

  /** `refused` are the names that this driver is known to refuse; it is added to. */
  constructor(fields: Readonly<Record<Key, readonly string[]>>, refused: Set<string>) {
    this.#fields = Object.entries(fields) as [Key, readonly string[]][]
    this.#refused = refused
  }

  /** The fields as the tool takes them. */
  get query(): string {
    return this.#asked.map(([, name]) => name).join(',')
  }

  /** True when `output` refuses one of the fields; it is then not asked for again. */
  drop(output: string): boolean {
    const name = /Field "([^"]+)" is not a valid field to query/i.exec(output)?.[1]
    if (name === undefined || !this.#asked.some(([, asked]) => asked === name)) return false
    this.#refused.add(name)
    return true
  }

  /** A line's values; `undefined` when it is no line of this query, or not all of one. */
  read(line: string): Row<Key> | undefined {
    const asked = this.#asked
    const cells = cellsOf(line, asked.length)
    if (cells.length < asked.length) return undefined
    const row: Row<Key> = {}
    for (const [at, [key]] of asked.entries()) {
      const last = at === asked.length - 1
      const value = told(last ? cells.slice(at).join(', ') : (cells[at] ?? ''))
      if (value !== undefined) row[key] = value
    }
    return row
  }

  get #asked(): [Key, string][] {
    return this.#fields.flatMap(([key, names]): [Key, string][] => {
      const name = names.find((each) => !this.#refused.has(each))
      return name === undefined ? [] : [[key, name]]
    })
  }
}

/** The tool writes a space after each comma between columns; a comma without one may be that of a decimal fraction. */
function cellsOf(line: string, count: number): string[] {
  const cells = line.split(/,\s/)
  return cells.length < count ? line.split(',') : cells
}

/**
 * A value, unless the driver does not tell it: `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `[GPU requires reset]`,
 * `[Insufficient Permissions]`, `ERR!`, empty.
 */
function told(text: string): string | undefined {
  const value = text.trim()
  const isError = /^(\[.*\]?|N\/A|ERR!|Not Supported|Unknown Error)$/i.test(value)
  return value === '' || isError ? undefined : value
}
