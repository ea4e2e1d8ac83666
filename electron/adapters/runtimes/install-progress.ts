import type { RuntimeInstall } from '../../contract/runtime.ts'

/** Progress in bytes leaves at most this often, in ms. */
const intervalMs = 100

/** Gathers how far an installation is, and tells it: new states at once, bytes at most ten times a second. */
export class InstallProgress {
  readonly #name: string
  readonly #listener: (install: RuntimeInstall) => void
  #state: RuntimeInstall['state'] = 'preparing'
  #doing: string | undefined
  #toldAt = Number.NEGATIVE_INFINITY
  /** By what is being received: bytes so far, and all of them where that is known. */
  readonly #parts = new Map<string, { received: number; total: number | undefined }>()

  constructor(name: string, listener: (install: RuntimeInstall) => void) {
    this.#name = name
    this.#listener = listener
  }

  /** Over everything that is received. */
  get receivedBytes(): number {
    return [...this.#parts.values()].reduce((sum, { received }) => sum + received, 0)
  }

  enter(state: RuntimeInstall['state'], doing?: string): void {
    this.#state = state
    this.#doing = doing
    this.#tell()
  }

  /** `received`: what of it is here already, where that is news. */
  expect(part: string, total: number | undefined, received = this.#parts.get(part)?.received ?? 0): void {
    this.#parts.set(part, { received, total })
  }

  receive(part: string, received: number): void {
    this.#parts.set(part, { received, total: this.#parts.get(part)?.total })
    if (performance.now() - this.#toldAt >= intervalMs) this.#tell()
  }

  #tell(): void {
    this.#toldAt = performance.now()
    const totals = [...this.#parts.values()].map(({ total }) => total)
    const known = totals.every((total) => total !== undefined) && totals.length > 0
    this.#listener({
      name: this.#name,
      state: this.#state,
      receivedBytes: this.receivedBytes,
      ...(known ? { totalBytes: totals.reduce((sum, total) => sum + (total ?? 0), 0) } : {}),
      ...(this.#doing === undefined ? {} : { doing: this.#doing }),
    })
  }
}
