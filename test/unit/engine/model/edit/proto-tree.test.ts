import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joined, ProtoMessage } from '../../../../../electron/engine/model/edit/proto-tree.ts'
import { MalformedMessage } from '../../../../../electron/engine/model/reading/message-fields.ts'
import { repositoryFile } from '../described.ts'

/** A varint in `bytes` bytes, more than it needs where they are more: legal, and some writers do it. */
function varint(value: bigint, bytes = 1): number[] {
  const groups: number[] = []
  for (let rest = BigInt.asUintN(64, value); rest > 0n || groups.length < bytes; rest >>= 7n)
    groups.push(Number(rest & 0x7fn))
  return groups.map((group, i) => (i < groups.length - 1 ? group | 0x80 : group))
}

const number = fc.integer({ min: 1, max: 4000 })
const field = fc.oneof(
  fc
    .tuple(number, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer({ min: 1, max: 4 }))
    .map(([id, value, width]) => [...varint(BigInt(id << 3), width), ...varint(value)]),
  fc
    .tuple(number, fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 4 }))
    .map(([id, content, width]) => [
      ...varint(BigInt((id << 3) | 2)),
      ...varint(BigInt(content.length), width),
      ...content,
    ]),
  fc
    .tuple(number, fc.uint8Array({ minLength: 4, maxLength: 4 }))
    .map(([id, content]) => [...varint(BigInt((id << 3) | 5)), ...content]),
  fc
    .tuple(number, fc.uint8Array({ minLength: 8, maxLength: 8 }))
    .map(([id, content]) => [...varint(BigInt((id << 3) | 1)), ...content]),
)
const message = fc.array(field, { maxLength: 20 }).map((fields) => Uint8Array.from(fields.flat()))

describe('a protobuf message that is changed', () => {
  it('keeps its bytes, whatever they are, where nothing is touched', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const tree = ProtoMessage.of(bytes)
        expect(joined(tree)).toEqual(bytes)
        expect(tree.byteLength()).toBe(bytes.length)
        expect(joined(tree.clone())).toEqual(bytes)
      }),
    )
  })

  it('keeps its bytes where nested messages were only opened', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 4000 }), (inner, id) => {
        const outer = Uint8Array.from([
          ...varint(BigInt((id << 3) | 2)),
          ...varint(BigInt(inner.length)),
          ...inner,
        ])
        const tree = ProtoMessage.of(outer)
        expect(tree.messages(id)).toHaveLength(1)
        expect(joined(tree)).toEqual(outer)
      }),
    )
  })

  it('changes the fields of one number and keeps all others, in their order', () => {
    fc.assert(
      fc.property(message, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (bytes, value) => {
        const tree = ProtoMessage.of(bytes)
        tree.setIntegers(4001, [value, 7])
        expect(tree.integers(4001)).toEqual([value, 7n])
        expect(ProtoMessage.of(joined(tree)).integers(4001)).toEqual([value, 7n])
        tree.remove(4001)
        expect(joined(tree)).toEqual(bytes)
      }),
    )
  })

  it('reads repeated numbers packed, unpacked, and both at once', () => {
    const bytes = Uint8Array.from([0x08, 1, 0x0a, 3, 2, 0xac, 0x02, 0x08, 4])
    expect(ProtoMessage.of(bytes).integers(1)).toEqual([1n, 2n, 300n, 4n])
  })

  it('puts nested messages in place of others where the first of them stood', () => {
    const tree = ProtoMessage.of(Uint8Array.from([0x08, 1, 0x12, 0, 0x18, 3, 0x12, 0]))
    const made = ProtoMessage.empty()
    made.setInteger(1, 5)
    tree.replaceMessages(2, [made])
    expect([...joined(tree)]).toEqual([0x08, 1, 0x12, 2, 0x08, 5, 0x18, 3])
  })

  it('does not change what it was cloned from', () => {
    const tree = ProtoMessage.of(Uint8Array.from([0x12, 2, 0x08, 5]))
    tree.messages(2)
    const copy = tree.clone()
    copy.message(2).setInteger(1, 6)
    expect([...joined(tree)]).toEqual([0x12, 2, 0x08, 5])
    expect([...joined(copy)]).toEqual([0x12, 2, 0x08, 6])
  })

  it.each([
    ['a payload that is cut off', [0x12, 5, 1]],
    ['a number that is cut off', [0x08, 0x80]],
    ['a group', [0x0b, 0x0c]],
    ['a field without a number', [0x00, 1]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => ProtoMessage.of(Uint8Array.from(bytes))).toThrow(MalformedMessage)
  })

  it('refuses or keeps any bytes at all, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(joined(ProtoMessage.of(bytes))).toEqual(bytes)
        } catch (error) {
          if (!(error instanceof MalformedMessage)) throw error
        }
      }),
    )
  })

  it('keeps a real model byte for byte', () => {
    const bytes = repositoryFile('resources/models/cnn-classifier.onnx')
    const tree = ProtoMessage.of(bytes)
    for (const graph of tree.messages(7)) for (const node of graph.messages(1)) node.messages(5)
    expect(Buffer.compare(joined(tree), bytes)).toBe(0)
  })
})
