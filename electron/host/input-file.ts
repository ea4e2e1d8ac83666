import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { InputPlan } from '../contract/host-protocol.ts'
import { elementArray, elementCount, type FeedablePlan, type InputData } from './element-arrays.ts'
import { repeatSamples } from './tensor-samples.ts'

type FileFill = Extract<InputPlan['fill'], { kind: 'file' }>

/** No single read takes more than this: a read of 2 GiB or more fails on Linux. */
const mostBytesAtOnce = 1 << 30

/**
 * The values of a file as an input of `shape`; its samples are repeated in order until the batch is full. Bool comes as
 * 0 and 1, int4 and uint4 one to a byte. Throws an Error with one sentence where the file does not have them, and a
 * RangeError when there is no memory for them.
 */
export function fileData({ name, type, shape }: FeedablePlan, fill: FileFill): InputData {
  const { batch } = fill
  const stored = batch === undefined ? shape : shape.with(batch.axis, batch.items)
  const values = readValues(type, elementCount(stored), fill, name)
  if (batch === undefined || shape[batch.axis] === batch.items) return values
  const target = type === 'string' ? [] : elementArray(type, elementCount(shape))
  repeatSamples(values, target, shape, batch)
  return target
}

function readValues(
  type: FeedablePlan['type'],
  elements: number,
  { path, offset }: FileFill,
  name: string,
): InputData {
  const file = opened(path, name)
  try {
    if (type === 'string') {
      const bytes = new Uint8Array(Math.max(0, fstatSync(file).size - offset))
      readInto(bytes, file, offset)
      return stringValues(bytes, elements, { path, name })
    }
    const values = elementArray(type, elements)
    const bytes = new Uint8Array(values.buffer)
    if (readInto(bytes, file, offset) < bytes.length) throw new Error(tooShort(path, name, elements))
    // ONNX Runtime wants nothing but 0 and 1; a file may hold any byte.
    if (type === 'bool') bytes.forEach((byte, i) => (bytes[i] = byte === 0 ? 0 : 1))
    return values
  } finally {
    closeSync(file)
  }
}

function opened(path: string, name: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new Error(`"${path}", which has the values of input "${name}", cannot be opened.`, { cause: error })
  }
}

/** Reads until `bytes` is full or the file ends; gives how many were read. */
function readInto(bytes: Uint8Array, file: number, offset: number): number {
  let filled = 0
  while (filled < bytes.length) {
    const length = Math.min(bytes.length - filled, mostBytesAtOnce)
    const read = readSync(file, bytes, filled, length, offset + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

/** Strings are kept as one JSON array. */
function stringValues(
  bytes: Uint8Array,
  elements: number,
  { path, name }: { path: string; name: string },
): string[] {
  let values: unknown
  try {
    values = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    values = undefined
  }
  if (!Array.isArray(values) || values.length < elements) throw new Error(tooShort(path, name, elements))
  return values.slice(0, elements).map(String)
}

function tooShort(path: string, name: string, elements: number): string {
  return `"${path}" has fewer than the ${elements.toLocaleString('en-US')} values that input "${name}" takes from it: it was changed or cut off.`
}
