/** One row of the proof: what must hold, what was measured, and whether it holds. */
export interface Row {
  /** Stable, for programs and tests. */
  readonly id: string
  readonly what: string
  readonly measured: string
  /** What must show; empty for what is printed as information. */
  readonly goal: string
  /** null for information. */
  readonly met: boolean | null
  /** The numbers behind `measured`; shares and relative errors are fractions. */
  readonly values: Readonly<Record<string, number>>
}

/** Rows that belong together, under one heading, with how their numbers come about. */
export interface Section {
  readonly title: string
  readonly legend: string
  readonly rows: readonly Row[]
}

/** A row that is printed without being held against anything. */
export function information(row: Omit<Row, 'goal' | 'met'>): Row {
  return { ...row, goal: '', met: null }
}
