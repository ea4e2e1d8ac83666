import type { FileStore } from '../ports.ts'
import { lineOf } from './journal-line.ts'
import type { ProjectState } from './state.ts'
import { recordsOf } from './unfold.ts'

/** The journal's text for another file, and whether it had to be made from the state. */
export interface WholeJournal {
  bytes: Uint8Array
  fromState: boolean
}

/**
 * The journal as it is on the disk, with what is still to be written: lines that this version does not understand are
 * kept. When the file cannot be read any more (its disk may be gone), the journal is made again from the state.
 */
export async function wholeJournal(source: {
  path: string
  files: FileStore
  state: ProjectState
  /** How much of the file is whole. */
  safeBytes: number
  /** What follows after it. */
  pending: string
  wallTime: () => string
}): Promise<WholeJournal> {
  try {
    const onDisk = await source.files.read(source.path)
    if (onDisk.length >= source.safeBytes) {
      const pending = new TextEncoder().encode(source.pending)
      return { bytes: concatenated(onDisk.subarray(0, source.safeBytes), pending), fromState: false }
    }
  } catch {
    // What went wrong is known already from the write that made the person save elsewhere.
  }
  const { state } = source
  const lines = [lineOf(state.header), ...recordsOf(state, source.wallTime()).map(lineOf)]
  return { bytes: new TextEncoder().encode(lines.join('')), fromState: true }
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
