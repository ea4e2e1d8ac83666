import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { InputPlan } from '../../../electron/contract/host-protocol.ts'
import type { FeedablePlan } from '../../../electron/host/element-arrays.ts'
import { inputData } from '../../../electron/host/input-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'batchscope-input-file-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0

/** A file with 16 bytes before the values. */
function fileOf(values: ArrayBufferView | string): string {
  const path = join(folder, `${(written += 1)}.bin`)
  const bytes =
    typeof values === 'string'
      ? new TextEncoder().encode(values)
      : new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  writeFileSync(path, Buffer.concat([new Uint8Array(16).fill(255), bytes]))
  return path
}

function fed(
  type: FeedablePlan['type'],
  shape: number[],
  path: string,
  batch?: { axis: number; items: number },
  take?: InputPlan['take'],
) {
  const fill: InputPlan['fill'] = {
    kind: 'file',
    path,
    offset: 16,
    ...(batch === undefined ? {} : { batch }),
  }
  return inputData({ name: 'x', type, shape, fill, ...(take === undefined ? {} : { take }) }, 1)
}

describe('values of a file', () => {
  it('are fed as they stand there', () => {
    const values = Float32Array.of(1, -2.5, 3, 4, 5, 1e-30)
    expect(fed('float32', [2, 3], fileOf(values))).toEqual(values)
    const big = BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n)
    expect(fed('int64', [2], fileOf(big))).toEqual(big)
  })

  it('are repeated in order until the batch is full, and no further', () => {
    const path = fileOf(Float32Array.of(1, 2, 3, 4, 5, 6))
    const fill = (batchSize: number) => [...fed('float32', [batchSize, 2], path, { axis: 0, items: 3 })]
    expect(fill(8)).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4])
    expect(fill(3)).toEqual([1, 2, 3, 4, 5, 6])
    expect(fill(2)).toEqual([1, 2, 3, 4])
  })

  it('are repeated along a batch axis in the middle', () => {
    // [layer, sample, feature] = 2 x 2 x 2
    const path = fileOf(Int32Array.of(1, 2, 3, 4, 10, 20, 30, 40))
    const batch = { axis: 1, items: 2 }
    expect([...fed('int32', [2, 3, 2], path, batch)]).toEqual([1, 2, 3, 4, 1, 2, 10, 20, 30, 40, 10, 20])
    expect([...fed('int32', [2, 1, 2], path, batch)]).toEqual([1, 2, 10, 20])
    expect([...fed('int32', [2, 3, 2], path, batch, { axis: 1, start: 2, count: 1 })]).toEqual([1, 2, 10, 20])
  })

  it('come as strings, 0 and 1, and packed halves of bytes where the type is such', () => {
    expect(fed('string', [3], fileOf('["a","b\u00e9"]'), { axis: 0, items: 2 })).toEqual([
      'a',
      'b\u00e9',
      'a',
    ])
    expect([...fed('bool', [3], fileOf(Uint8Array.of(0, 1, 7)))]).toEqual([0, 1, 1])
    expect([...fed('uint4', [4], fileOf(Uint8Array.of(1, 2, 15)), { axis: 0, items: 3 })]).toEqual([
      0x21, 0x1f,
    ])
    expect([...fed('int4', [2], fileOf(Int8Array.of(-1, 3)))]).toEqual([0x3f])
  })

  it('are refused with one sentence where the file has gone or has too few', () => {
    expect(() => fed('float32', [4], '/nowhere/x.npy')).toThrow(
      '"/nowhere/x.npy", which has the values of input "x", cannot be opened.',
    )
    const short = fileOf(Float32Array.of(1, 2, 3))
    const sentence = `"${short}" has fewer than the 4 values that input "x" takes from it: it was changed or cut off.`
    expect(() => fed('float32', [4], short)).toThrow(sentence)
    expect(() => fed('string', [4], fileOf('["a"]'))).toThrow('has fewer than the 4 values')
  })
})
