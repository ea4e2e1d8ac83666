/** One column of a DataTable. */
export interface DataColumn<Row> {
  key: string
  title: string
  /** Shown after the title, quietly: `ms`, `items/s`. */
  unit?: string
  /** What the column means: shown when its head is pointed at or focused. */
  help?: string
  /** Numbers stand on the right. */
  align?: 'left' | 'right'
  /** What the column sorts by, and shows unless there is `format` or a `cell-KEY` slot. Undefined sorts last. */
  value(row: Row): string | number | undefined
  format?(row: Row): string
  /** Default: true. */
  sortable?: boolean
  /** CSS length; without it the column shares what is left. */
  width?: string
  /** Read character by character: shapes, hashes, types. */
  mono?: boolean
}

export interface DataSort {
  key: string
  descending: boolean
}
