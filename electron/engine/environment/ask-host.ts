import { HostSession } from '../host/host-session.ts'
import type { Clock, HostRuntime, Ports } from '../ports.ts'

/** A host that was told to end is not waited for any longer than this, in ms: one that a driver holds never goes. */
const leaveMs = 10_000

/**
 * Asks a host of its own, for no longer than `limitMs`; `undefined` when it had not answered by then. Such a host is
 * killed, but not waited for; of all others the next one starts when they are gone. Rejects with what `work` rejects with.
 */
export async function askHost<T>(
  { hosts, clock }: Pick<Ports, 'hosts' | 'clock'>,
  runtime: HostRuntime | undefined,
  limitMs: number,
  work: (session: HostSession) => Promise<T>,
): Promise<{ answer: T } | undefined> {
  const session = new HostSession(hosts.launch({ runtime }), clock)
  let isLate = false
  try {
    const answered = await within(clock, limitMs, work(session))
    isLate = answered === undefined
    return answered
  } finally {
    if (isLate) void session.kill()
    else await within(clock, leaveMs, session.end())
  }
}

/** Waits for no longer than `ms`; `undefined` when it was not done by then. */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
): Promise<{ answer: T } | undefined> {
  const over = new AbortController()
  const limit = clock.sleep(ms, over.signal).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([work.then((answer) => ({ answer })), limit])
  } finally {
    over.abort()
  }
}
