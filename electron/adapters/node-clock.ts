import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../engine/ports.ts'

/**
 * Monotonic, and counted from 1970: times of one process can stand beside those of another, so that an experiment that
 * was interrupted and resumed has one time axis.
 */
export const nodeClock: Clock = {
  name: 'performance.now',
  now: () => performance.timeOrigin + performance.now(),
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
