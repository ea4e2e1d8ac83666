/** Rows of readings over time, oldest first, as charts read them; a store's ring buffer is one. */
export interface SampleSource {
  /** Number of rows. */
  readonly length: number
  /** How many rows there were before row 0 and are gone: row 0 is the row with this number. */
  readonly dropped: number
  /** Time of a row in ms; NaN outside. */
  timeAt(row: number): number
  /** Value of a column; NaN where there is none: a gap in the curve. */
  valueAt(column: string, row: number): number
  /** First row that is not before `timeMs`; `length` when all are. */
  rowFrom(timeMs: number): number
  /** The row closest in time; -1 when empty. */
  rowNearest(timeMs: number): number
}
