import type { ArrayHeader } from './npy-header.ts'

/**
 * An array's elements as a session host reads them: row-major and little-endian, strings as one JSON array. `bytes` are
 * the elements as they stand in the file; they may be changed.
 */
export function plainValues(bytes: Uint8Array, header: ArrayHeader): Uint8Array {
  const { dtype, shape, fortran } = header
  const width = dtype.type === 'string' && dtype.name.startsWith('<U') ? 4 : dtype.bytes
  if (dtype.bigEndian) swapBytes(bytes, width)
  const ordered = fortran ? rowMajor(bytes, shape, dtype.bytes) : bytes
  return dtype.type === 'string' ? encodeStrings(ordered, header) : ordered
}

/** Whether the elements are as a session host reads them already. */
export function isPlain({ dtype, shape, fortran }: ArrayHeader): boolean {
  // With one dimension longer than 1 at most, both orders are the same.
  const ordered = !fortran || shape.filter((size) => size !== 1).length <= 1
  return ordered && !dtype.bigEndian && dtype.type !== 'string'
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse()
}

/** Elements in Fortran's order, the first index fastest, as elements with the last index fastest. */
function rowMajor(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const word = [8, 4, 2, 1].find((size) => width % size === 0) ?? 1
  const Words = { 8: BigUint64Array, 4: Uint32Array, 2: Uint16Array, 1: Uint8Array }[word] ?? Uint8Array
  // A copy begins where words of any size may.
  const from = new Words(bytes.slice().buffer)
  const to = new Words(from.length)
  const perElement = width / word
  const last = shape.at(-1) ?? 1
  const rows = shape.slice(0, -1)
  const strides: number[] = []
  const lastStride = rows.reduce((stride, size) => {
    strides.push(stride)
    return stride * size
  }, perElement)
  const index = rows.map(() => 0)
  let begin = 0
  for (let at = 0; at < to.length;) {
    for (let j = 0; j < last; j += 1) {
      const source = begin + j * lastStride
      for (let w = 0; w < perElement; w += 1) to[at++] = from[source + w] ?? 0
    }
    // The next row, the last of its indices fastest.
    for (let axis = rows.length - 1; axis >= 0; axis -= 1) {
      const [size = 1, stride = 0, place = 0] = [rows[axis], strides[axis], index[axis]]
      begin += stride
      if (place + 1 < size) {
        index[axis] = place + 1
        break
      }
      index[axis] = 0
      begin -= size * stride
    }
  }
  return new Uint8Array(to.buffer)
}

/** Strings of a fixed length, filled up with zeros: UTF-32 (`U`) or bytes (`S`), which are taken for UTF-8. */
function encodeStrings(bytes: Uint8Array, { dtype, shape }: ArrayHeader): Uint8Array {
  const elements = shape.reduce((product, size) => product * size, 1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder()
  const text = (element: number): string => {
    const begin = element * dtype.bytes
    if (!dtype.name.startsWith('<U')) {
      const piece = bytes.subarray(begin, begin + dtype.bytes)
      const length = piece.findLastIndex((byte) => byte !== 0) + 1
      return decoder.decode(piece.subarray(0, length))
    }
    let characters = ''
    let zeros = ''
    for (let at = begin; at < begin + dtype.bytes; at += 4) {
      const point = view.getUint32(at, true)
      // Zeros count only where something follows them.
      if (point === 0) zeros += '\0'
      else {
        characters += zeros + String.fromCodePoint(point <= 0x10_ffff ? point : 0xfffd)
        zeros = ''
      }
    }
    return characters
  }
  return new TextEncoder().encode(JSON.stringify(Array.from({ length: elements }, (_, i) => text(i))))
}
