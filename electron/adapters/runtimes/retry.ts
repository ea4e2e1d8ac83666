import { setTimeout as sleep } from 'node:timers/promises'
import { BatchscopeError } from '../../contract/failure.ts'
import { systemCode } from '../file-failure.ts'
import { statusOf } from './registry-failure.ts'

export interface RetryRules {
  /** How often in a row something is tried again without having come any further. */
  retries: number
  /** Before the first new try, in ms; doubled for each that follows. */
  waitMs: number
}

/** Nobody answers to a name that does not exist, however often it is called. */
const finalCodes = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'EACCES',
  'EPERM',
  'ENOSPC',
  'EROFS',
  'EDQUOT',
  'EIO',
])

/** Whether the same request may well succeed a moment later. */
function isPassing(error: unknown): boolean {
  if (error instanceof BatchscopeError) return false
  const status = statusOf(error)
  if (status !== undefined) return status === 408 || status === 429 || status >= 500
  const code = systemCode(error) ?? ''
  return !finalCodes.has(code) && !/CERT|SIGNED|SIGNATURE/.test(code)
}

/**
 * Tries `work` again while what it throws may pass. `progressed` tells whether the last try came further than the one
 * before: then counting begins anew. Rejects with the signal's reason when it is aborted.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { retries, waitMs }: RetryRules,
  signal: AbortSignal,
  progressed: () => boolean = () => false,
): Promise<T> {
  for (let failures = 0; ;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      failures = progressed() ? 1 : failures + 1
      if (failures > retries || !isPassing(error)) throw error
      await sleep(waitMs * 2 ** (failures - 1), undefined, { signal })
    }
  }
}
