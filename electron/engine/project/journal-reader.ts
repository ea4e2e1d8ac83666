import { badInput, BatchscopeError } from '../../contract/failure.ts'
import { projectFormatVersion } from '../../contract/project.ts'
import type { FileStore } from '../ports.ts'
import { createFold, type Fold } from './fold.ts'
import { readHeader, readLine } from './journal-line.ts'

/** A journal as it was found on the disk. */
export interface ReadJournal {
  fold: Fold
  /** What a person should know about the file, one sentence each. */
  notices: string[]
  /** Bytes up to the end of the last whole line; a torn line may follow. */
  wholeBytes: number
  /** True when something follows after `wholeBytes` that must be cut off before writing on. */
  torn: boolean
  /** True when the last line is whole but for its line break. */
  needsLineBreak: boolean
}

const chunkBytes = 4 * 1024 * 1024
const lineBreak = 0x0a

/**
 * Reads a project file from its first line to its last. Rejects with `not-found`, `bad-input` (no project at all),
 * `project-newer`, `project-damaged` or `disk`; whatever is wrong behind the header is skipped and said.
 */
export async function readJournal(path: string, files: FileStore): Promise<ReadJournal> {
  const name = files.fileName(path)
  const stat = await files.stat(path)
  if (stat === undefined) {
    throw new BatchscopeError({
      code: 'not-found',
      message: `There is no project file ${path}.`,
      hint: 'Check the path.',
      owner: 'user',
    })
  }
  if (stat.kind === 'folder') throw badInput(`${path} is a folder, not a project file.`, openHint)
  if (stat.bytes === 0) throw badInput(`${name} is empty, so it is no Batchscope project.`, openHint)

  let fold: Fold | undefined
  let wholeBytes = 0
  let lineNumber = 0
  let torn = false
  let needsLineBreak = false
  const damaged: number[] = []
  const orphans: number[] = []
  const unknown = new Map<string, number>()

  for await (const line of linesOf(path, files)) {
    lineNumber += 1
    const text = decode(line.bytes)
    if (fold === undefined) {
      fold = createFold(headerOf(text, name))
    } else {
      const read = readLine(text)
      if (read.kind === 'damaged' && !line.ended) {
        torn = true
        break
      }
      if (read.kind === 'damaged') damaged.push(lineNumber)
      else if (read.kind === 'unknown') unknown.set(read.name, (unknown.get(read.name) ?? 0) + 1)
      else if (!fold.apply(read.record)) orphans.push(lineNumber)
    }
    wholeBytes += line.bytes.length + (line.ended ? 1 : 0)
    needsLineBreak = !line.ended
  }
  if (fold === undefined) throw badInput(`${name} is empty, so it is no Batchscope project.`, openHint)
  fold.settle()
  const notices = noticesOf({ damaged, orphans, unknown, torn })
  return { fold, notices, wholeBytes, torn, needsLineBreak }
}

const openHint = 'Open a .batchscope file that Batchscope has written.'

function headerOf(text: string, name: string) {
  const header = readHeader(text, projectFormatVersion)
  if (header?.kind === 'header') return header.header
  if (header?.kind === 'newer') {
    const writer =
      header.creatorVersion === undefined ? '' : `, written by Batchscope ${header.creatorVersion}`
    throw new BatchscopeError({
      code: 'project-newer',
      message: `${name} has format version ${header.formatVersion}${writer}; this Batchscope reads versions up to ${projectFormatVersion}.`,
      hint: 'Update Batchscope to open it.',
      owner: 'user',
    })
  }
  if (text.startsWith('{"format":"batchscope-project')) {
    throw new BatchscopeError({
      code: 'project-damaged',
      message: `The first line of ${name} is damaged: it should be the header of a Batchscope project.`,
      hint: 'Restore the file from a copy; the lines after the first may still be whole.',
      owner: 'system',
    })
  }
  throw badInput(`${name} is no Batchscope project: its first line is no project header.`, openHint)
}

interface RawLine {
  bytes: Uint8Array
  /** True when a line break followed. */
  ended: boolean
}

/** The lines of a file, read piece by piece, because a journal can be longer than the longest string. */
async function* linesOf(path: string, files: FileStore): AsyncGenerator<RawLine> {
  const file = await files.openForReading(path)
  try {
    let offset = 0
    let parts: Uint8Array[] = []
    while (offset < file.bytes) {
      const chunk = await file.read(offset, chunkBytes)
      if (chunk.length === 0) break
      offset += chunk.length
      let start = 0
      for (let end = chunk.indexOf(lineBreak); end !== -1; end = chunk.indexOf(lineBreak, start)) {
        parts.push(chunk.subarray(start, end))
        yield { bytes: joined(parts), ended: true }
        parts = []
        start = end + 1
      }
      if (start < chunk.length) parts.push(chunk.subarray(start))
    }
    if (parts.length > 0) yield { bytes: joined(parts), ended: false }
  } finally {
    await file.close()
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are no UTF-8 give an empty text, which reads as damaged. */
function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return ''
  }
}

function noticesOf(found: {
  damaged: readonly number[]
  orphans: readonly number[]
  unknown: ReadonlyMap<string, number>
  torn: boolean
}): string[] {
  const notices: string[] = []
  if (found.damaged.length > 0) {
    const [lines, are, were, they] = words(found.damaged)
    notices.push(`${lines} ${are} damaged and ${were} skipped; ${they} kept in the file.`)
  }
  if (found.orphans.length > 0) {
    const [lines, , were, they] = words(found.orphans)
    notices.push(
      `${lines} ${were} skipped, because the experiment's own record is missing; ${they} kept in the file.`,
    )
  }
  for (const [name, count] of found.unknown) {
    notices.push(
      `${count} ${count === 1 ? 'record' : 'records'} of the unknown kind “${name}” ignored and kept in the file: a newer Batchscope may have written this project.`,
    )
  }
  if (found.torn) {
    notices.push(
      'The last line was cut off while it was being written and was dropped; all before it is whole.',
    )
  }
  return notices
}

/** `Line 4`, `Lines 4 and 9`, `Lines 4, 9, 12 and 8 more`, with the verbs that go with it. */
function words(lines: readonly number[]): [lines: string, are: string, were: string, they: string] {
  if (lines.length === 1) return [`Line ${lines[0] ?? 0}`, 'is', 'was', 'it is']
  const shown = lines.length <= 4 ? lines.slice(0, -1) : lines.slice(0, 3)
  const rest = lines.length <= 4 ? `${lines.at(-1) ?? ''}` : `${lines.length - shown.length} more`
  return [`Lines ${shown.join(', ')} and ${rest}`, 'are', 'were', 'they are']
}
