/** Asks for something that is wanted more often than it can be had. */
export interface OneAtATime {
  /** Asks after a pause in ms; further asks before that are one with it. */
  ask(pauseMs: number): void
}

/**
 * Runs a request so that there is one at a time and the newest ask is always answered: asks while one runs become a
 * single one after it. Answers therefore come in the order of the asks.
 */
export function oneAtATime(request: () => Promise<void>): OneAtATime {
  let timer: ReturnType<typeof setTimeout> | undefined
  let dueMs = 0
  let isRunning = false
  let isAskedAgain = false

  function start(): void {
    timer = undefined
    if (isRunning) {
      isAskedAgain = true
      return
    }
    isRunning = true
    const done = () => {
      isRunning = false
      if (!isAskedAgain) return
      isAskedAgain = false
      start()
    }
    // A request tells of its own failures; here it only matters that it ended.
    request().then(done, done)
  }

  return {
    ask(pauseMs) {
      // The earliest of the asks counts, not the last: a bound that never stops moving is answered all the same.
      const wantedMs = Date.now() + pauseMs
      if (timer !== undefined && dueMs <= wantedMs) return
      clearTimeout(timer)
      dueMs = wantedMs
      timer = setTimeout(start, pauseMs)
    },
  }
}
