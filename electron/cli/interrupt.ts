/** The user's wish to end: Ctrl-C, or a signal from outside. */
export interface Interrupt {
  /** Aborted at the first signal; a second one ends the process at once. */
  readonly signal: AbortSignal
  /** Stops listening. */
  release(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens for the signals that ask a process to end. */
export function listenForInterrupt(onSecond: () => never): Interrupt {
  const wish = new AbortController()
  const onSignal = () => {
    if (wish.signal.aborted) onSecond()
    wish.abort()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    signal: wish.signal,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
