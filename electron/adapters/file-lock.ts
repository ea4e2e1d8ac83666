import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import * as v from 'valibot'
import { systemCode } from './file-failure.ts'

const OwnerSchema = v.object({ pid: v.number(), host: v.string() })

/**
 * An exclusive right among all processes, held as a folder `PATH.lock` that is touched while its owner lives.
 * `undefined` when another has it. Who holds it is noted in `ownersFolder`, so that the lock of a process that was
 * killed on this machine can be taken over at once, and not only when it has gone stale.
 */
export async function lockFile(
  path: string,
  ownersFolder: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const ownerPath = join(ownersFolder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`)
  const release =
    (await tryLock(path)) ?? ((await clearDeadLock(path, ownerPath)) ? await tryLock(path) : undefined)
  if (release === undefined) return undefined
  try {
    await mkdir(ownersFolder, { recursive: true })
    await writeFile(ownerPath, JSON.stringify({ pid: process.pid, host: hostname() }))
  } catch {
    // Only the quick takeover is lost.
  }
  return {
    async release() {
      await rm(ownerPath, { force: true })
      // Someone removed the lock already: what matters is that it is not held.
      await release().catch(() => undefined)
    },
  }
}

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    // The default for `onCompromised` ends the process, with all that it holds in memory.
    return await lock(path, { realpath: false, stale: 10_000, update: 2000, onCompromised: () => undefined })
  } catch (error) {
    if (systemCode(error) === 'ELOCKED') return undefined
    throw error
  }
}

/** Removes a lock whose owner is known and dead. */
async function clearDeadLock(path: string, ownerPath: string): Promise<boolean> {
  try {
    const before = await stat(`${path}.lock`)
    const owner = v.parse(OwnerSchema, JSON.parse(await readFile(ownerPath, 'utf8')))
    if (owner.host !== hostname() || isAlive(owner.pid)) return false
    // Touched or made anew in between: it has a living owner after all.
    if ((await stat(`${path}.lock`)).mtimeMs !== before.mtimeMs) return false
    await rmdir(`${path}.lock`)
    return true
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
