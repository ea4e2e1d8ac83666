import { readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { npy, npz, floats, integers } from '../../../fixtures/numpy-files.ts'
import { numpyBytes } from '../../../fixtures/written-by-numpy.ts'
import { failureOf } from '../model/described.ts'
import { inputFolder } from './input-folder.ts'

const { arrays, dataFolder, put, valuesOf } = inputFolder()

const refusal = async (name: string, content: Uint8Array) => {
  const failure = await failureOf(arrays.open(put(name, content)))
  return failure === undefined ? undefined : `${failure.message} ${failure.hint}`
}
const asFloats = (bytes: Uint8Array) => [...new Float32Array(bytes.slice(0, 24).buffer)]

describe('files that NumPy wrote', () => {
  it('a plain array is fed from where it lies', async () => {
    const path = put('x.npy', numpyBytes('float32'))
    const [array] = (await arrays.open(path)).arrays
    expect(array?.header).toMatchObject({ dtype: { name: 'float32' }, shape: [2, 3], fortran: false })
    const values = await valuesOf(path)
    expect(values.path).toBe(path)
    expect(asFloats(values.bytes)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('big-endian and in the order of Fortran is rewritten, once', async () => {
    const path = put('bef.npy', numpyBytes('bigEndianFortran'))
    const values = await valuesOf(path)
    expect([...new Float64Array(values.bytes.buffer)]).toEqual([0, 1, 2, 3, 4, 5])
    expect(values.path).toContain(join(dataFolder, 'cache', 'inputs'))
    utimesSync(values.path, 1, 1)
    expect((await valuesOf(path)).path).toBe(values.path)
    // Written again it would be new.
    expect(statSync(values.path).mtimeMs).toBe(1000)
  })

  it('strings come as JSON', async () => {
    const { bytes } = await valuesOf(put('words.npy', numpyBytes('strings')))
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(['a', 'béc', ''])
  })

  it('version 3 is known', async () => {
    const [array] = (await arrays.open(put('v3.npy', numpyBytes('version3')))).arrays
    expect(array?.header).toMatchObject({ dtype: { name: 'int8' }, shape: [2], dataOffset: 128 })
  })

  it('arrays of np.savez are fed from inside the archive', async () => {
    const path = put('two.npz', numpyBytes('archive'))
    const { arrays: found } = await arrays.open(path)
    expect(found.map(({ entry, header }) => [entry, header.dtype.type, header.shape])).toEqual([
      ['ids', 'int64', [2, 2]],
      ['mask', 'bool', [2, 2]],
    ])
    const ids = await valuesOf(path, 'ids')
    expect(ids.path).toBe(path)
    expect([...new BigInt64Array(ids.bytes.slice(0, 32).buffer)]).toEqual([1n, 2n, 3n, 4n])
    expect([...(await valuesOf(path, 'mask')).bytes.slice(0, 4)]).toEqual([1, 1, 1, 1])
  })

  it('arrays of np.savez_compressed are decompressed', async () => {
    const { bytes } = await valuesOf(put('small.npz', numpyBytes('compressed')), 'ids')
    const values = [...new BigInt64Array(bytes.buffer)].map(Number)
    expect(values).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  it('pickled objects are refused', async () => {
    expect(await refusal('objects.npy', numpyBytes('objects'))).toBe(
      '"objects.npy" holds Python objects (pickled), which are never loaded: they could run any program. ' +
        'Save an array of numbers or strings, for example np.save("x.npy", np.asarray(x, dtype=np.float32)).',
    )
  })

  it('complex numbers are refused by name', async () => {
    expect(await refusal('complex.npy', numpyBytes('complex'))).toBe(
      '"complex.npy" holds values of dtype complex64, which no ONNX input takes. Convert it, for example with x.astype(np.float32).',
    )
  })
})

describe('other arrays', () => {
  it.each([
    ['<f2', 'float16'],
    ['<f8', 'float64'],
    ['|i1', 'int8'],
    ['<i2', 'int16'],
    ['<i4', 'int32'],
    ['<i8', 'int64'],
    ['|u1', 'uint8'],
    ['<u2', 'uint16'],
    ['<u4', 'uint32'],
    ['<u8', 'uint64'],
    ['|b1', 'bool'],
    ['=f4', 'float32'],
    ['|S2', 'string'],
  ])('%s is %s', async (descr, type) => {
    const path = put(`${type}.npy`, npy({ descr, shape: [1], data: new Uint8Array(8) }))
    expect((await arrays.open(path)).arrays[0]?.header.dtype.type).toBe(type)
  })

  it('in the order of Fortran with three dimensions, version 2', async () => {
    // x[i, j, k] = 100 i + 10 j + k, the first index fastest.
    const data = new Int16Array(2 * 3 * 2)
    let at = 0
    for (let k = 0; k < 2; k += 1) {
      for (let j = 0; j < 3; j += 1) for (let i = 0; i < 2; i += 1) data[at++] = 100 * i + 10 * j + k
    }
    const path = put('f3.npy', npy({ descr: '<i2', shape: [2, 3, 2], data, fortran: true, version: 2 }))
    const { bytes } = await valuesOf(path)
    expect([...new Int16Array(bytes.buffer)]).toEqual([
      ...[0, 1, 10, 11, 20, 21],
      ...[100, 101, 110, 111, 120, 121],
    ])
  })

  it('in the order of Fortran, but with one dimension, is fed from where it lies', async () => {
    const path = put('f1.npy', npy({ descr: '<f4', shape: [1, 4], data: new Float32Array(4), fortran: true }))
    expect((await valuesOf(path)).path).toBe(path)
  })

  it('strings of bytes, and strings in the other byte order and Fortran order', async () => {
    const text = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as unknown
    const latin = put('s.npy', npy({ descr: '|S3', shape: [2], data: Buffer.from('ab\0c\0d') }))
    expect(text((await valuesOf(latin)).bytes)).toEqual(['ab', 'c\0d'])
    const letters = [...Buffer.from('abcd')].flatMap((code) => [0, 0, 0, code])
    const big = put(
      'u.npy',
      npy({ descr: '>U1', shape: [2, 2], data: Uint8Array.from(letters), fortran: true }),
    )
    expect(text((await valuesOf(big)).bytes)).toEqual(['a', 'c', 'b', 'd'])
  })

  it('an archive with 64-bit sizes is read like any other', async () => {
    const path = put('large.npz', npz([{ name: 'x.npy', content: floats([2, 3]) }], { large: true }))
    expect(asFloats((await valuesOf(path, 'x')).bytes)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('entries with the same letters but others between keep their own values', async () => {
    const entries = ['a/b.npy', 'a_b.npy'].map((name, i) => ({
      name,
      content: integers([1], [i]),
      compressed: true,
    }))
    const path = put('slash.npz', npz(entries))
    expect([...new BigInt64Array((await valuesOf(path, 'a/b')).bytes.buffer)]).toEqual([0n])
    expect([...new BigInt64Array((await valuesOf(path, 'a_b')).bytes.buffer)]).toEqual([1n])
    expect(readdirSync(join(dataFolder, 'cache', 'inputs')).length).toBeGreaterThanOrEqual(2)
  })

  it('a file that changed is read again', async () => {
    const path = put('changing.npy', floats([2]))
    const before = await arrays.open(path)
    expect(await arrays.open(path)).toBe(before)
    put('changing.npy', floats([3]))
    const after = await arrays.open(path)
    expect(after.arrays[0]?.header.shape).toEqual([3])
    expect(after.sha256).not.toBe(before.sha256)
  })
})

describe('files that are no use', () => {
  const good = floats([2, 3])
  const withHeader = (header: string) => npy({ descr: '', shape: [], data: new Uint8Array(64), header })

  it.each<[string, Uint8Array, RegExp]>([
    ['no array', Buffer.from('hello'), /^"no array" is no NumPy file: it does not begin like one\./],
    ['empty', new Uint8Array(0), /is no NumPy file/],
    [
      'new version',
      Buffer.concat([good.subarray(0, 6), Buffer.from([9, 1]), good.subarray(8)]),
      /version 9\.1/,
    ],
    ['cut header', good.subarray(0, 40), /^"cut header" is damaged: its header cannot be read\./],
    ['magic only', good.subarray(0, 6), /version 0\.0|damaged/],
    [
      'cut off',
      good.subarray(0, -4),
      /^"cut off" is cut off: its elements take 24 B, and 20 B of them are there\./,
    ],
    [
      'long header',
      npy({
        descr: '<f4',
        shape: [],
        data: new Uint8Array(4),
        version: 2,
        header: `{${' '.repeat(70_000)}}`,
      }),
      /damaged/,
    ],
    [
      'code',
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(),), }"),
      /damaged/,
    ],
    ['no shape', withHeader("{'descr': '<f4', 'fortran_order': False, }"), /damaged/],
    ['negative', withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), /damaged/],
    [
      'records',
      withHeader("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
      /records of several fields/,
    ],
    [
      'dates',
      withHeader("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }"),
      /dtype datetime64,/,
    ],
    [
      'huge',
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }"),
      /^"huge" has 1,000,000,000,000 elements; a tensor has at most 2,147,483,647\./,
    ],
    [
      'nothing times much',
      withHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (0${', 999999999999999'.repeat(40)}), }`),
      /^undefined/,
    ],
  ])('%s', async (name, content, sentence) => {
    expect(String(await refusal(name, content))).toMatch(sentence)
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['empty archive', npz([]), /^"empty archive" has no arrays in it\./],
    ['other files', npz([{ name: 'readme.txt', content: Buffer.from('x') }]), /has no arrays in it/],
    [
      'encrypted',
      npz([{ name: 'x.npy', content: good, encrypted: true }]),
      /^"x\.npy" in "encrypted" is encrypted\./,
    ],
    [
      'bzip2',
      npz([{ name: 'x.npy', content: good, method: 12 }]),
      /compressed in a way that NumPy does not use/,
    ],
    [
      'cut archive',
      npz([{ name: 'x.npy', content: good }]).subarray(0, -30),
      /^"cut archive" is damaged: its directory cannot be read\./,
    ],
    ['moved archive', npz([{ name: 'x.npy', content: good }]).subarray(10), /is no NumPy file|damaged/],
    [
      'not deflated',
      npz([{ name: 'x.npy', content: new Uint8Array(64).fill(7), method: 8 }]),
      /^"not deflated:x" is damaged: it cannot be decompressed\./,
    ],
    [
      'no array inside',
      npz([{ name: 'x.npy', content: Buffer.from('hello') }]),
      /^"no array inside:x" is no NumPy array/,
    ],
    ['claims more', npz([{ name: 'x.npy', content: good, claimedBytes: 1000 }]), /damaged/],
    [
      'claims less',
      npz([{ name: 'x.npy', content: good, compressed: true, claimedBytes: 140 }]),
      /^"claims less:x" is cut off/,
    ],
  ])('%s', async (name, content, sentence) => {
    expect(String(await refusal(name, content))).toMatch(sentence)
  })

  it('an archive that claims more than comes out is refused when its values are wanted', async () => {
    const content = npy({ descr: '<f4', shape: [1000], data: new Float32Array(10) })
    const path = put('lies.npz', npz([{ name: 'x.npy', content, compressed: true, claimedBytes: 4128 }]))
    expect((await failureOf(valuesOf(path, 'x')))?.message).toBe(
      '"lies.npz:x" is damaged: it ends before its elements do.',
    )
  })

  it('an archive that would grow without end is refused by what it claims', async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (400000000,), }"
    const content = npy({ descr: '', shape: [], data: new Uint8Array(2 ** 20), header })
    const path = put('bomb.npz', npz([{ name: 'x.npy', content, compressed: true, claimedBytes: 1.7e9 }]))
    expect((await failureOf(valuesOf(path, 'x')))?.message).toBe(
      '"bomb.npz:x" takes 1.49 GiB and would have to be rewritten to be fed; that is done up to 1.00 GiB.',
    )
  })

  it('no damage anywhere in an archive or an array is more than a sentence', async () => {
    for (const [name, bytes] of [
      ['fuzz.npz', npz([{ name: 'x.npy', content: good, compressed: true }], { large: true })],
      ['fuzz2.npz', npz([{ name: 'x.npy', content: good }])],
      ['fuzz.npy', good],
    ] as const) {
      for (let at = 0; at < bytes.length; at += 3) {
        const broken = Uint8Array.from(bytes)
        broken[at] = (broken[at] ?? 0) ^ 0xff
        // Anything but a BatchscopeError is thrown on.
        const failure = await failureOf(
          arrays.open(put(name, broken)).then(async ({ path, arrays: [array] }) => {
            if (array !== undefined) await valuesOf(path, array.entry)
          }),
        )
        if (failure !== undefined) expect(failure.message).toMatch(/\.$/)
      }
    }
  })
})
