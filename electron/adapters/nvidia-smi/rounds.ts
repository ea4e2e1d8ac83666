/** Gathers the rows of one round of the tool, which says nothing between two rounds. */
export interface RoundsOptions<Row> {
  /** Within one round no two rows have the same. */
  keyOf(row: Row): string | number
  /** A round is over when nothing came for so long, in ms. */
  quietMs: number
  /** True where every round has the same rows: one that has those of the last is over at once. */
  steady: boolean
  announce(rows: Row[]): void
}

/**
 * Rows of one round come together: a row that was there already begins the next one, and so does any row after a pause.
 */
export class Rounds<Row> {
  readonly #options: RoundsOptions<Row>
  #rows = new Map<string | number, Row>()
  #lastKeys = new Set<string | number>()
  #quiet: NodeJS.Timeout | undefined

  constructor(options: RoundsOptions<Row>) {
    this.#options = options
  }

  take(row: Row): void {
    const { keyOf, quietMs, steady } = this.#options
    const key = keyOf(row)
    if (this.#rows.has(key)) this.flush()
    this.#rows.set(key, row)
    clearTimeout(this.#quiet)
    const complete =
      steady && this.#lastKeys.size > 0 && [...this.#lastKeys].every((each) => this.#rows.has(each))
    if (complete) this.flush()
    else this.#quiet = setTimeout(() => this.flush(), quietMs).unref()
  }

  /** Announces what has come. */
  flush(): void {
    clearTimeout(this.#quiet)
    if (this.#rows.size === 0) return
    const rows = this.#rows
    this.#rows = new Map()
    this.#lastKeys = new Set(rows.keys())
    this.#options.announce([...rows.values()])
  }

  /** Forgets what has come. */
  stop(): void {
    clearTimeout(this.#quiet)
    this.#rows.clear()
  }
}
