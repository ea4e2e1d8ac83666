import type { FileHandle } from 'node:fs/promises'
import { acceleratorLibrary } from '../../contract/accelerator-library.ts'
import type { FileRange } from './elf.ts'

const chunkBytes = 1 << 20

/** From the beginning of a name to the end of its last piece, in code: a few instructions. */
const windowBytes = 96

/** Where names of accelerators' libraries begin. */
const beginnings = [Buffer.from('libcu', 'latin1'), Buffer.from('libnv', 'latin1')]

/** A disk that takes longer than this to give the code is not waited for, in ms. */
const limitMs = 5000

/**
 * Names of accelerators' libraries that code opens by itself, and that the dynamic section therefore does not list. A
 * compiler writes a short name not as text but as constants in the instructions: its first eight bytes, and some
 * instructions later its last eight, which overlap them (`libcudnn` and `dnn.so.9` for `libcudnn.so.9`). Whole names are
 * found too. A library of which several versions are named is one that the code can do with any of, so none is told.
 */
export async function openedOnDemand(file: FileHandle, code: readonly FileRange[]): Promise<string[]> {
  const names = new Set<string>()
  const endsAt = Date.now() + limitMs
  const { size } = await file.stat()
  const buffer = Buffer.alloc(chunkBytes + windowBytes)
  for (const { offset, length } of code) {
    const end = Math.min(offset + length, size)
    for (let at = offset; at < end && Date.now() < endsAt; at += chunkBytes) {
      const wanted = Math.min(buffer.length, end - at)
      const { bytesRead } = await file.read(buffer, 0, wanted, at)
      namesIn(buffer.subarray(0, bytesRead), names)
    }
  }
  const stems = [...names].map(stemOf)
  return [...names].filter((name) => stems.filter((stem) => stem === stemOf(name)).length === 1)
}

/** Adds the names that begin in the first `chunkBytes` of these bytes. */
function namesIn(bytes: Buffer, names: Set<string>): void {
  for (const beginning of beginnings) {
    let at = bytes.indexOf(beginning)
    while (at !== -1 && at < chunkBytes) {
      const name = nameAt(bytes.toString('latin1', at, at + windowBytes))
      if (name !== undefined) names.add(name)
      at = bytes.indexOf(beginning, at + 1)
    }
  }
}

function nameAt(text: string): string | undefined {
  const whole = /^lib[A-Za-z]+\.so\.\d{1,2}(?=\0)/.exec(text)?.[0]
  if (whole !== undefined) return acceleratorLibrary(whole) === undefined ? undefined : whole
  const head = /^lib[A-Za-z]{5}/.exec(text)?.[0]
  if (head === undefined) return undefined
  for (let at = head.length; at + 8 <= text.length; at += 1) {
    const tail = text.slice(at, at + 8)
    if (!/^[A-Za-z]+\.so\.\d{1,2}$/.test(tail)) continue
    for (let overlap = tail.indexOf('.'); overlap > 0; overlap -= 1) {
      const name = head + tail.slice(overlap)
      if (head.endsWith(tail.slice(0, overlap)) && acceleratorLibrary(name) !== undefined) return name
    }
  }
  return undefined
}

function stemOf(name: string): string {
  return name.slice(0, name.indexOf('.so.'))
}
