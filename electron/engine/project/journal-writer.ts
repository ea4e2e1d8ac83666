import type { AppendableFile, FileStore } from '../ports.ts'
import { cannotWrite } from './project-failures.ts'

/**
 * Appends lines to a journal, one batch after the other. A line stays in memory until the disk has it for certain, so
 * that a full or failing disk loses nothing: the next write, or `flush`, tries all of it again.
 */
export interface JournalWriter {
  /** Writes; with `flush`, also waits for the disk. Rejects with `disk`, and the line then waits in `pending`. */
  write(line: string, flush: boolean): Promise<void>
  /** Resolves when everything is on the disk. Rejects with `disk`. */
  flush(): Promise<void>
  /** Bytes of the file that are whole and certainly on the disk. */
  safeBytes(): number
  /** Everything after `safeBytes`. */
  pending(): string
  close(): Promise<void>
}

export interface JournalWriterOptions {
  path: string
  files: FileStore
  file: AppendableFile
  /** Bytes of whole lines that the file has already. */
  wholeBytes: number
  /** True when a torn line follows after `wholeBytes`. */
  torn: boolean
  /** True when the last whole line lacks its line break. */
  needsLineBreak: boolean
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { path, files, file } = options
  const lines: string[] = options.needsLineBreak ? ['\n'] : []
  /** How many of `lines` are in the file, though perhaps not yet on the disk. */
  let appended = 0
  let appendedBytes = 0
  let safeBytes = options.wholeBytes
  let torn = options.torn
  let turn: Promise<void> = Promise.resolve()

  async function writeOut(flush: boolean): Promise<void> {
    try {
      if (torn) {
        await files.truncate(path, safeBytes)
        torn = false
      }
      const count = lines.length
      if (count > appended && (count > 1 || lines[0] !== '\n')) {
        const text = lines.slice(appended).join('')
        // Until it has succeeded, nobody knows how much of it is in the file.
        torn = true
        await file.append(text)
        torn = false
        appended = count
        appendedBytes += byteLength(text)
      }
      if (flush && appended > 0) {
        torn = true
        await file.flush()
        torn = false
        lines.splice(0, appended)
        safeBytes += appendedBytes
        appended = 0
        appendedBytes = 0
      }
    } catch (error) {
      if (torn) {
        appended = 0
        appendedBytes = 0
      }
      throw cannotWrite(files.fileName(path), error)
    }
  }

  function inTurn(flush: boolean): Promise<void> {
    const mine = turn.then(() => writeOut(flush))
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    write(line, flush) {
      lines.push(line)
      return inTurn(flush)
    },
    flush: () => inTurn(true),
    safeBytes: () => safeBytes,
    pending: () => lines.join(''),
    async close() {
      await turn
      await file.close()
    },
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
