import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../engine/ports.ts'

/** The monotonic clock of this process. */
export const nodeClock: Clock = {
  name: 'performance.now',
  now: () => performance.now(),
  wallTime: () => new Date().toISOString(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, { signal })
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      throw error
    }
  },
}
