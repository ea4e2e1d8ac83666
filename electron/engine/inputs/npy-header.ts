import { badInput } from '../../contract/failure.ts'
import type { TensorType } from '../../contract/model.ts'

/** Element type of a NumPy array. */
export interface ArrayType {
  /** NumPy's name: `float64`, `<U12`. */
  name: string
  /** The ONNX type with the same values. */
  type: Exclude<TensorType, 'unknown' | 'bfloat16' | 'int4' | 'uint4'>
  /** Of one element; 0 for arrays of empty strings. */
  bytes: number
  bigEndian: boolean
}

/** What an array in NumPy's format says of itself. */
export interface ArrayHeader {
  dtype: ArrayType
  /** Its elements are in Fortran's order, the first index fastest. */
  fortran: boolean
  shape: number[]
  /** Where its elements begin, in bytes from the beginning of the array. */
  dataOffset: number
  /** Of all elements together. */
  dataBytes: number
}

/** A header needs no more than this; NumPy itself refuses longer ones than 10,000 bytes unless told to trust them. */
export const mostHeaderBytes = 65_536

/** ONNX Runtime for Node counts the elements of a tensor in 32 bits. */
const mostElements = 2 ** 31 - 1
/** NumPy's own limit. */
const mostDimensions = 64

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Whether bytes begin as NumPy's format does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/**
 * Reads the header of an array in NumPy's format (numpy.lib.format, versions 1.0 to 3.0) from its first bytes: all of
 * it, or `mostHeaderBytes` of it. `what` is the array in messages: `"x.npy"`. Throws a BatchscopeError `bad-input`.
 */
export function readNpyHeader(bytes: Uint8Array, what: string): ArrayHeader {
  if (!isNpy(bytes)) {
    throw badInput(
      `${what} is no NumPy array: it does not begin like one.`,
      'Save the array with np.save or np.savez.',
    )
  }
  const [major = 0, minor = 0] = bytes.subarray(6, 8)
  if (major < 1 || major > 3) {
    throw badInput(
      `${what} is in version ${major}.${minor} of NumPy's format, which is not known here.`,
      'Save the array with np.save.',
    )
  }
  const lengthBytes = major === 1 ? 2 : 4
  const begin = 8 + lengthBytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < begin) throw damaged(what)
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const dataOffset = begin + length
  if (dataOffset > bytes.length || dataOffset > mostHeaderBytes) throw damaged(what)
  const fields = readDictionary(new TextDecoder().decode(bytes.subarray(begin, dataOffset)))
  const fortran = fields?.get('fortran_order')
  const descr = fields?.get('descr')
  const shape = readShape(fields?.get('shape'))
  if (descr === undefined || shape === undefined || (fortran !== 'True' && fortran !== 'False')) {
    throw damaged(what)
  }
  const dtype = readType(descr, what)
  const elements = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1)
  if (elements > mostElements) {
    throw badInput(
      `${what} has ${elements.toLocaleString('en-US', { maximumSignificantDigits: 3 })} elements; a tensor has at most ${mostElements.toLocaleString('en-US')}.`,
      'Save fewer samples: they are repeated until a batch is full.',
    )
  }
  return { dtype, fortran: fortran === 'True', shape, dataOffset, dataBytes: elements * dtype.bytes }
}

/**
 * The entries of a Python dictionary as NumPy writes it, by key, their values as they are written; undefined where it is
 * written in any other way. Nothing is evaluated.
 */
function readDictionary(text: string): Map<string, string> | undefined {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]
  if (inside === undefined) return undefined
  const fields = new Map<string, string>()
  // A text, a truth value, a tuple of whole numbers, or a list (whatever is in it), and a comma after it.
  const entry = /\s*'(\w+)'\s*:\s*('[^'\\]*'|True|False|\([\d\s,L]*\)|\[.*\])\s*(?:,|$)/sy
  let end = 0
  while (inside.slice(end).trim() !== '') {
    entry.lastIndex = end
    const found = entry.exec(inside)
    if (found === null) return undefined
    fields.set(found[1] ?? '', found[2] ?? '')
    end = entry.lastIndex
  }
  return fields
}

/** `(3, 4)`, `(3,)` or `()`; Python 2 wrote `3L`. */
function readShape(text: string | undefined): number[] | undefined {
  const inside = /^\((.*)\)$/s.exec(text ?? '')?.[1]
  if (inside === undefined) return undefined
  const items = inside.split(',').map((item) => item.trim())
  if (items.at(-1) === '') items.pop()
  if (items.length > mostDimensions || items.some((item) => !/^\d{1,15}L?$/.test(item))) return undefined
  return items.map((item) => Number.parseInt(item, 10))
}

const numericTypes: Readonly<Record<string, ArrayType['type']>> = {
  ...{ b1: 'bool', i1: 'int8', i2: 'int16', i4: 'int32', i8: 'int64' },
  ...{ u1: 'uint8', u2: 'uint16', u4: 'uint32', u8: 'uint64' },
  ...{ f2: 'float16', f4: 'float32', f8: 'float64' },
}

/** What else NumPy has, by its letter. */
const otherTypes: Readonly<Record<string, string>> = {
  ...{ c: 'complex', f: 'float', M: 'datetime64', m: 'timedelta64', V: 'void', T: 'StringDType' },
}

function readType(descr: string, what: string): ArrayType {
  if (descr.startsWith('[')) {
    throw badInput(`${what} holds records of several fields.`, 'Save one array of numbers for each input.')
  }
  const [, order = '', letter = '', digits = ''] = /^'([<>=|]?)([A-Za-z])(\d{0,9})/.exec(descr) ?? []
  if (letter === 'O') {
    throw badInput(
      `${what} holds Python objects (pickled), which are never loaded: they could run any program.`,
      'Save an array of numbers or strings, for example np.save("x.npy", np.asarray(x, dtype=np.float32)).',
    )
  }
  const size = Number(digits)
  const bigEndian = order === '>'
  if (letter === 'U') return { name: `<U${size}`, type: 'string', bytes: 4 * size, bigEndian }
  if (letter === 'S' || letter === 'a') {
    return { name: `S${size}`, type: 'string', bytes: size, bigEndian: false }
  }
  const type = numericTypes[`${letter}${digits}`]
  if (type !== undefined) return { name: type, type, bytes: size, bigEndian: bigEndian && size > 1 }
  const family = otherTypes[letter]
  const name = family === undefined ? descr.slice(1, -1).slice(0, 40) : `${family}${sizeOf(letter, size)}`
  throw badInput(
    `${what} holds values of dtype ${name}, which no ONNX input takes.`,
    'Convert it, for example with x.astype(np.float32).',
  )
}

/** NumPy names numbers by their bits, other types without a size. */
function sizeOf(letter: string, bytes: number): string {
  return letter === 'c' || letter === 'f' ? String(bytes * 8) : ''
}

function damaged(what: string) {
  return badInput(`${what} is damaged: its header cannot be read.`, 'Save the array again with np.save.')
}
