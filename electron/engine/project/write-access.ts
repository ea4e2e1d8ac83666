import type { FileStore } from '../ports.ts'
import type { ReadJournal } from './journal-reader.ts'
import { createJournalWriter, type JournalWriter } from './journal-writer.ts'
import { cannotWriteTo, openElsewhere, reasonOf } from './project-failures.ts'

/** The exclusive right to write to one project file. */
export type Lock = NonNullable<Awaited<ReturnType<FileStore['lock']>>>

/** Where a journal is written to, while it can be. */
export interface Place {
  writer: JournalWriter
  lock: Lock
}

/** A place to write to, or why there is none. Gained before the file is read, so that it does not change in between. */
export type Access = { lock: Lock } | { readOnlyReason: string }

export async function gainAccess(path: string, files: FileStore): Promise<Access> {
  // What is no file is said by reading it; locking it would only leave traces.
  if ((await files.stat(path))?.kind !== 'file') return { readOnlyReason: 'There is no such file.' }
  try {
    const lock = await files.lock(path)
    return lock === undefined
      ? { readOnlyReason: 'It is open in another window or process, so it is opened read-only.' }
      : { lock }
  } catch (error) {
    return {
      readOnlyReason: `It cannot be locked for writing, so it is opened read-only. (${reasonOf(error)})`,
    }
  }
}

/** Opens the file for writing; gives the lock back when that is not allowed. */
export async function takePlace(
  path: string,
  files: FileStore,
  found: ReadJournal,
  access: Access,
): Promise<Place | { readOnlyReason: string }> {
  if (!('lock' in access)) return access
  try {
    const file = await files.openForAppending(path)
    return { writer: createJournalWriter({ ...found, path, files, file }), lock: access.lock }
  } catch (error) {
    await access.lock.release()
    return { readOnlyReason: `It may not be written to, so it is opened read-only. (${reasonOf(error)})` }
  }
}

export async function letGo(place: Place): Promise<void> {
  try {
    await place.writer.close()
  } finally {
    await place.lock.release()
  }
}

/** Rejects with `busy` when another process has that file open. */
export async function lockForSaving(path: string, files: FileStore): Promise<Lock> {
  let lock: Lock | undefined
  try {
    lock = await files.lock(path)
  } catch (error) {
    throw cannotWriteTo(path, error)
  }
  if (lock === undefined) throw openElsewhere(files.fileName(path))
  return lock
}
