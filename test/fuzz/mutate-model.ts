import type { Random } from '../../electron/engine/statistics/random.ts'
import {
  encodeTree,
  messagesOf,
  parseTree,
  varint,
  type MessageTree,
  type TreeField,
} from '../fixtures/message-tree.ts'

/** Changes a file: `other` is another to take pieces from. */
type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array

/** Lengths and numbers at the edges of their types, as the bytes of a varint. */
const edges: readonly (readonly number[])[] = [
  ...[0, 1, 2, 127, 128, 255, 65_535, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 10 ** 12].map(
    varint,
  ),
  // 2^53, 2^63 - 1, -1, the smallest int64, and one that does not end.
  varint(2 ** 53),
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
]

const of = <T>(list: readonly T[], random: Random): T | undefined => list[random.integer(list.length)]

const flipBits: Mutation = (bytes, random) => {
  const mutant = bytes.slice()
  for (let flips = 1 + random.integer(8); flips > 0; flips -= 1) {
    const place = random.integer(mutant.length)
    mutant[place] = (mutant[place] ?? 0) ^ (1 << random.integer(8))
  }
  return mutant
}

const overwriteBytes: Mutation = (bytes, random) => {
  const mutant = bytes.slice()
  for (let writes = 1 + random.integer(4); writes > 0; writes -= 1) {
    mutant[random.integer(mutant.length)] = of([0, 1, 0x7f, 0x80, 0xff, random.integer(256)], random) ?? 0
  }
  return mutant
}

/** Puts a piece of a file into this one, over what is there or between. */
const splice: Mutation = (bytes, random, other) => {
  const source = random.integer(2) === 0 ? bytes : other
  const from = random.integer(source.length)
  const piece = source.subarray(from, from + 1 + random.integer(64))
  const at = random.integer(bytes.length)
  const skipped = random.integer(2) === 0 ? piece.length : 0
  return Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at + skipped)])
}

const truncate: Mutation = (bytes, random) => bytes.slice(0, 1 + random.integer(bytes.length - 1))

/** Changes the message as a message, so that what is around the change stays whole. */
function onTree(change: (messages: readonly MessageTree[], random: Random) => void): Mutation {
  return (bytes, random) => {
    const tree = parseTree(bytes)
    change(
      messagesOf(tree).filter(({ fields }) => fields.length > 0),
      random,
    )
    return Uint8Array.from(encodeTree(tree))
  }
}

const duplicateField = onTree((messages, random) => {
  const fields = of(messages, random)?.fields ?? []
  const field = of(fields, random)
  const times = of([1, 1, 2, 70, 500], random) ?? 1
  if (field !== undefined)
    fields.splice(random.integer(fields.length), 0, ...Array<TreeField>(times).fill(field))
})

const moveField = onTree((messages, random) => {
  const from = of(messages, random)?.fields ?? []
  const [field] = from.splice(random.integer(from.length), 1)
  const to = of(messages, random)?.fields ?? from
  // A message moved into itself would have no end.
  const within = field === undefined || field.content instanceof Uint8Array ? [] : messagesOf(field.content)
  const target = within.some(({ fields }) => fields === to) ? from : to
  if (field !== undefined) target.splice(random.integer(target.length + 1), 0, field)
})

const removeField = onTree((messages, random) => {
  const fields = of(messages, random)?.fields ?? []
  fields.splice(random.integer(fields.length), 1 + random.integer(2))
})

/** Renumbers a field, or gives it another wire type. */
const renumberField = onTree((messages, random) => {
  const field = of(of(messages, random)?.fields ?? [], random)
  if (field === undefined) return
  if (random.integer(3) > 0) field.number = 1 + random.integer(26)
  else field.wireType = random.integer(8)
})

const editNumber = onTree((messages, random) => {
  const numbers = messages.flatMap(({ fields }) => fields).filter(({ wireType }) => wireType === 0)
  for (let edits = 1 + random.integer(3); edits > 0; edits -= 1) {
    const field = of(numbers, random)
    if (field !== undefined) field.content = Uint8Array.from(of(edges, random) ?? [])
  }
})

/** Names are what ties a graph together: one is put in place of another. */
const swapText = onTree((messages, random) => {
  const texts = messages
    .flatMap(({ fields }) => fields)
    .filter(({ wireType, content }) => wireType === 2 && content instanceof Uint8Array)
  const [one, other] = [of(texts, random), of(texts, random)]
  if (one !== undefined && other !== undefined) one.content = other.content
})

/** Nests a message in copies of itself. */
const nest = onTree((messages, random) => {
  const message = of(messages, random)
  const field = message?.fields.find(({ content }) => !(content instanceof Uint8Array))
  if (message === undefined || field === undefined) return
  let inner: TreeField = { ...field, content: Uint8Array.from(encodeTree({ fields: [field] })) }
  for (let level = random.integer(8); level > 0; level -= 1) {
    inner = { ...field, content: { fields: [inner, ...message.fields.slice(0, 2)] } }
  }
  message.fields.push(inner)
})

/** Lies about the length of one field. */
const editLength: Mutation = (bytes, random) => {
  const tree = parseTree(bytes)
  const lengths = messagesOf(tree).flatMap(({ fields }) => fields.filter(({ wireType }) => wireType === 2))
  const chosen = of(lengths, random)
  const lie = random.integer(2) === 0 ? of(edges, random) : undefined
  const difference = random.integer(9) - 4
  return Uint8Array.from(
    encodeTree(tree, (field, actual) =>
      field === chosen ? (lie ?? varint(Math.max(0, actual + difference))) : varint(actual),
    ),
  )
}

const mutations: readonly Mutation[] = [
  ...[flipBits, overwriteBytes, splice, truncate, duplicateField, moveField, removeField],
  ...[renumberField, editNumber, swapText, nest, editLength],
]

/** A file with one to three kinds of damage. What was damaged before need no longer be a message: then bytes are. */
export const mutateModel: Mutation = (bytes, random, other) => {
  let mutant = bytes
  for (let rounds = of([1, 1, 1, 2, 3], random) ?? 1; rounds > 0; rounds -= 1) {
    if (mutant.length < 2) return mutant
    const mutation = of(mutations, random) ?? flipBits
    try {
      mutant = mutation(mutant, random, other)
    } catch {
      mutant = flipBits(mutant, random, other)
    }
  }
  return mutant
}
