/**
 * The newest samples of several quantities that are read at the same times, in typed arrays: one column of times and
 * one of values per quantity. When it is full, each new row takes the place of the oldest.
 */
export class SampleRing<Column extends string> {
  readonly capacity: number
  readonly #times: Float64Array
  readonly #columns: ReadonlyMap<Column, Float64Array>
  #start = 0
  #length = 0
  #dropped = 0

  constructor(columns: readonly Column[], capacity: number) {
    this.capacity = capacity
    this.#times = new Float64Array(capacity)
    this.#columns = new Map(columns.map((column) => [column, new Float64Array(capacity)]))
  }

  /** Number of rows kept. */
  get length(): number {
    return this.#length
  }

  /** Number of rows that had to make place since the last `clear`: row 0 is the row with this number. */
  get dropped(): number {
    return this.#dropped
  }

  /**
   * Adds a row. A quantity that is absent or was not read is NaN, and a gap in its curve.
   * Times must not go back; a row that is not newer than the last one is passed over.
   */
  push(timeMs: number, values: Partial<Record<Column, number>>): void {
    if (this.#length > 0 && timeMs <= this.timeAt(this.#length - 1)) return
    const slot = (this.#start + this.#length) % this.capacity
    this.#times[slot] = timeMs
    for (const [column, store] of this.#columns) store[slot] = values[column] ?? Number.NaN
    if (this.#length < this.capacity) this.#length += 1
    else {
      this.#start = (this.#start + 1) % this.capacity
      this.#dropped += 1
    }
  }

  clear(): void {
    this.#start = 0
    this.#length = 0
    this.#dropped = 0
  }

  /** Time of a row in ms, from 0 (oldest); NaN outside. */
  timeAt(row: number): number {
    return this.#read(this.#times, row)
  }

  /** Value of a row; NaN where there is none. */
  valueAt(column: Column, row: number): number {
    const store = this.#columns.get(column)
    return store === undefined ? Number.NaN : this.#read(store, row)
  }

  /** First row that is not before `timeMs`; `length` when all are. */
  rowFrom(timeMs: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.timeAt(middle) < timeMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The row closest in time; -1 when empty. */
  rowNearest(timeMs: number): number {
    const after = this.rowFrom(timeMs)
    if (after === 0) return this.#length === 0 ? -1 : 0
    if (after === this.#length) return after - 1
    return timeMs - this.timeAt(after - 1) <= this.timeAt(after) - timeMs ? after - 1 : after
  }

  #read(store: Float64Array, row: number): number {
    if (row < 0 || row >= this.#length) return Number.NaN
    return store[(this.#start + row) % this.capacity] ?? Number.NaN
  }
}
