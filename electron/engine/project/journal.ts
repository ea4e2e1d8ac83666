import { badInput } from '../../contract/failure.ts'
import { projectFormatVersion, type ProjectHeader, type ProjectRecord } from '../../contract/project.ts'
import type { FileStore } from '../ports.ts'
import type { Fold } from './fold.ts'
import { lineOf, readLine } from './journal-line.ts'
import { readJournal, type ReadJournal } from './journal-reader.ts'
import { wholeJournal, type WholeJournal } from './journal-text.ts'
import { createJournalWriter } from './journal-writer.ts'
import { cannotWriteTo, readOnly, unreadable } from './project-failures.ts'
import type { ProjectState } from './state.ts'
import { gainAccess, letGo, lockForSaving, takePlace, type Place } from './write-access.ts'

/** An open project: its state, and the journal that the state is folded from. */
export interface Project {
  /** Where it is now; another place after `saveAs`. */
  readonly path: string
  /** File name without folder and extension. */
  readonly name: string
  readonly state: ProjectState
  /** Why it cannot be written to; absent when it can. */
  readonly readOnlyReason?: string
  /** What a person should know about the file as it was found, one sentence each. */
  readonly notices: readonly string[]
  /**
   * Folds a record into the state at once and writes it; the end of an execution is on the disk when this resolves.
   * Rejects with `project-read-only` (nothing is folded then), or with `disk`: the record is kept in the state and in
   * memory, and the next write, `flush` or `saveAs` takes it along.
   */
  append(record: ProjectRecord): Promise<void>
  /** Resolves when everything appended is on the disk. Rejects with `disk`. */
  flush(): Promise<void>
  /**
   * Writes the whole project to another file, what the disk has refused included, and goes on there. Replaces what is
   * at `path`. Rejects with `busy` when another process has that file open, or with `disk`; then nothing has changed.
   */
  saveAs(path: string): Promise<void>
  /** The whole journal as it is now, what the disk has refused included. */
  text(): Promise<string>
  /** Flushes and lets go of the file. Rejects with `disk` when something could not be written: it is still open then. */
  close(): Promise<void>
}

export interface OpenProjectOptions {
  creatorVersion: string
  /** `create` refuses to overwrite; `open-or-create` takes an empty file for none. */
  mode: 'open' | 'create' | 'open-or-create'
  /** ISO 8601; for the header of a new project. */
  wallTime?: () => string
}

/** Kinds of records that must be on the disk before anything goes on; the others may wait for the next of these. */
const flushed: ReadonlySet<ProjectRecord['record']> = new Set([
  'experiment',
  'execution',
  'skip',
  'outcome',
  'note',
  'rename',
  'removal',
])

/**
 * Opens or makes a project file (design section 5). Rejects with a BatchscopeError: `not-found`, `bad-input` (no
 * project file, a folder, or one that exists already), `project-newer`, `project-damaged` or `disk`. A project that
 * another process has open, or that may not be written to, opens read-only.
 */
export async function openProject(
  path: string,
  files: FileStore,
  options: OpenProjectOptions,
): Promise<Project> {
  const wallTime = options.wallTime ?? (() => new Date().toISOString())
  if (await mustBeMade(path, files, options.mode)) {
    await makeProject(path, files, {
      format: 'batchscope-project',
      formatVersion: projectFormatVersion,
      creator: 'batchscope',
      creatorVersion: options.creatorVersion,
      created: wallTime(),
    })
  } else if (options.mode === 'create') {
    throw badInput(`${path} exists already.`, 'Choose another name, or open the existing project.')
  }
  const access = await gainAccess(path, files)
  try {
    const found = await readJournal(path, files)
    const place = await takePlace(path, files, found, access)
    return new JournalProject({ path, files, wallTime, found }, place)
  } catch (error) {
    if ('lock' in access) await access.lock.release()
    throw error
  }
}

async function mustBeMade(
  path: string,
  files: FileStore,
  mode: OpenProjectOptions['mode'],
): Promise<boolean> {
  if (mode === 'open') return false
  const stat = await files.stat(path)
  return stat === undefined || (mode === 'open-or-create' && stat.kind === 'file' && stat.bytes === 0)
}

/** Written whole or not at all, so that no file without a header is ever left behind. */
async function makeProject(path: string, files: FileStore, header: ProjectHeader): Promise<void> {
  try {
    await files.write(path, lineOf(header))
  } catch (error) {
    throw cannotWriteTo(path, error)
  }
}

/** A project over a journal that has been read. */
class JournalProject implements Project {
  path: string
  readOnlyReason?: string
  readonly state: ProjectState
  readonly notices: readonly string[]
  private readonly files: FileStore
  private readonly wallTime: () => string
  private readonly fold: Fold
  private readonly found: ReadJournal
  private place: Place | undefined
  /** Lines that were appended while the project is being saved elsewhere. */
  private late: string[] | undefined
  private saving: Promise<void> = Promise.resolve()

  constructor(
    parts: { path: string; files: FileStore; wallTime: () => string; found: ReadJournal },
    place: Place | { readOnlyReason: string },
  ) {
    this.path = parts.path
    this.files = parts.files
    this.wallTime = parts.wallTime
    this.found = parts.found
    this.fold = parts.found.fold
    this.state = parts.found.fold.state
    this.notices = parts.found.notices
    if ('writer' in place) this.place = place
    else this.readOnlyReason = place.readOnlyReason
  }

  get name(): string {
    return this.files.fileName(this.path).replace(/\.batchscope$/i, '')
  }

  async append(record: ProjectRecord): Promise<void> {
    if (this.place === undefined) {
      throw readOnly(this.files.fileName(this.path), this.readOnlyReason ?? 'It is closed.')
    }
    const line = lineOf(record)
    // Folding what a later reader will find makes sure that memory and file say the same.
    const read = readLine(line)
    if (read.kind !== 'record') throw unreadable(line)
    this.fold.apply(read.record)
    if (this.late === undefined) {
      await this.place.writer.write(line, flushed.has(record.record))
    } else {
      this.late.push(line)
      await this.saving
      await this.flush()
    }
  }

  async flush(): Promise<void> {
    await this.place?.writer.flush()
  }

  saveAs(path: string): Promise<void> {
    const saved = this.saving.then(() =>
      path === this.path && this.place ? this.flush() : this.moveTo(path),
    )
    this.saving = saved.catch(() => undefined)
    return saved
  }

  async text(): Promise<string> {
    await this.saving
    return new TextDecoder().decode((await this.whole()).bytes)
  }

  async close(): Promise<void> {
    await this.saving
    const { place } = this
    if (place === undefined) return
    await place.writer.flush()
    this.place = undefined
    await letGo(place)
  }

  private async whole(): Promise<WholeJournal> {
    // The disk may refuse to flush: that is why people save elsewhere. Then it is all in `pending`.
    await this.flush().catch(() => undefined)
    return wholeJournal({
      path: this.path,
      files: this.files,
      state: this.state,
      safeBytes: this.place?.writer.safeBytes() ?? this.found.wholeBytes,
      pending: this.place?.writer.pending() ?? '',
      wallTime: this.wallTime,
    })
  }

  private async moveTo(path: string): Promise<void> {
    const lock = await lockForSaving(path, this.files)
    const left = this.place
    this.late = []
    try {
      const { bytes, fromState } = await this.whole()
      if (fromState) this.late = []
      await this.files.write(path, bytes)
      const file = await this.files.openForAppending(path)
      const whole = { wholeBytes: bytes.length, torn: false, needsLineBreak: bytes.at(-1) !== 0x0a }
      this.place = { lock, writer: createJournalWriter({ ...whole, path, files: this.files, file }) }
    } catch (error) {
      await lock.release()
      this.writeLate()
      throw cannotWriteTo(path, error)
    }
    this.path = path
    this.readOnlyReason = undefined
    this.writeLate()
    if (left !== undefined) await letGo(left).catch(() => undefined)
  }

  /** Hands the lines that came meanwhile to where the journal is now; whoever appended them waits for the flush. */
  private writeLate(): void {
    const lines = this.late ?? []
    this.late = undefined
    for (const line of lines) void this.place?.writer.write(line, false).catch(() => undefined)
  }
}
