/**
 * How to take one field of a protobuf message into a target:
 * - `integer`: one varint; `integers`: repeated varints, packed or not; `real`: one 32-bit real;
 * - `few-integers`, `few-reals`: the same repeated, for lists that are wanted only when they are short: `undefined` is
 *   put for a packed one that is not;
 * - `text`: a UTF-8 string;
 * - `bytes`: any bytes, passed over where they are more than `most`;
 * - `beginning`: the first `most` bytes, and how many there are;
 * - `size`: only how many bytes it has; its content is passed over, however large;
 * - `message`: a nested message, taken into what `open` gives.
 */
export type FieldReader<Target> =
  | { readonly take: 'integer' | 'integers' | 'real'; put(target: Target, value: number): void }
  | { readonly take: 'few-integers' | 'few-reals'; put(target: Target, value: number | undefined): void }
  | { readonly take: 'text'; put(target: Target, value: string): void }
  | { readonly take: 'bytes'; readonly most: number; put(target: Target, bytes: Uint8Array): void }
  | {
      readonly take: 'beginning'
      readonly most: number
      put(target: Target, bytes: Uint8Array, length: number): void
    }
  | { readonly take: 'size'; put(target: Target, bytes: number): void }
  | MessageReader<Target>

interface MessageReader<Target> {
  readonly take: 'message'
  /** What it takes of memory, in the unit of `mostCost`. */
  readonly cost: number
  open(target: Target): unknown
  /** A function, because messages may hold messages of their own kind. */
  fields(): MessageFields<unknown>
  /** Names the message that was opened last, for messages about damage in it. */
  place?(target: Target): string
}

/** The fields of a message by number; those that are not listed are passed over. */
export type MessageFields<Target> = Readonly<Record<number, FieldReader<Target>>>

export const integer = <T>(put: (target: T, value: number) => void): FieldReader<T> => ({
  take: 'integer',
  put,
})
export const integers = <T>(put: (target: T, value: number) => void): FieldReader<T> => ({
  take: 'integers',
  put,
})
export const real = <T>(put: (target: T, value: number) => void): FieldReader<T> => ({ take: 'real', put })
export const fewIntegers = <T>(put: (target: T, value: number | undefined) => void): FieldReader<T> => ({
  take: 'few-integers',
  put,
})
export const fewReals = <T>(put: (target: T, value: number | undefined) => void): FieldReader<T> => ({
  take: 'few-reals',
  put,
})
export const text = <T>(put: (target: T, value: string) => void): FieldReader<T> => ({ take: 'text', put })
export const bytes = <T>(most: number, put: (target: T, bytes: Uint8Array) => void): FieldReader<T> => ({
  take: 'bytes',
  most,
  put,
})
export const beginning = <T>(
  most: number,
  put: (target: T, bytes: Uint8Array, length: number) => void,
): FieldReader<T> => ({ take: 'beginning', most, put })
export const size = <T>(put: (target: T, bytes: number) => void): FieldReader<T> => ({ take: 'size', put })
export const message = <T, Inner>(
  open: (target: T) => Inner,
  fields: () => MessageFields<Inner>,
  options: { cost?: number; place?: (target: T) => string } = {},
): FieldReader<T> => ({ take: 'message', cost: 1, open, fields, ...options })

/** Lists that are wanted only when they are short may be about this long; see `few-integers`. */
export const fewValues = 64

/** Longest text that is taken, in bytes: names, and sizes as formulas, never weights. */
export const longestText = 10_000

/** Longest list that is taken, in bytes: shapes, never weights. */
export const longestList = 1 << 16

/** Messages may nest this deep. Each subgraph takes three levels: node, attribute, graph. */
const deepestNesting = 120

/**
 * What a file may make of memory, in units of about 32 bytes: a little for any file, and more for larger ones, as the
 * parts of a real model take more in the file than here. A node takes some fifty of these with all that belongs to it.
 */
const baseCost = 3_000_000
const bytesPerCost = 3

/** A text of this many bytes takes one unit more. */
export const textBytesPerCost = 32

/** What one file has used up of its bounds while it is read, and where the reading is. */
export interface ReadingBounds {
  /** Throws a MalformedMessage when there is nothing left. */
  spend(cost: number): void
  /** Goes into a part that belongs to `target`. */
  enter(part: { readonly cost: number; place?(target: unknown): string }, target: unknown): void
  leave(): void
  /** Where the field that is read begins, in bytes from the start of the file. */
  position: number
  /** The parts that are being read, the innermost first: `attribute "value" of node 3 (Constant)`; empty outside any. */
  place(): string
}

/** Where parts nest deeper than this, only the outermost tell a person anything. */
const mostPlaces = 4

/** Bounds for a file of so many bytes. */
export function readingBounds(fileBytes: number): ReadingBounds {
  let left = baseCost + fileBytes / bytesPerCost
  let depth = 0
  // Parts that were left are overwritten, and after a throw those that were not are still here.
  const parts: { place?(target: unknown): string }[] = []
  const targets: unknown[] = []
  const spend = (cost: number) => {
    left -= cost
    if (left < 0) throw new MalformedMessage('it describes more parts than any model has')
  }
  return {
    position: 0,
    spend,
    enter(part, target) {
      spend(part.cost)
      parts[depth] = part
      targets[depth] = target
      depth += 1
      if (depth > deepestNesting) throw new MalformedMessage('parts are nested too deeply')
    },
    leave() {
      depth -= 1
    },
    place() {
      const named = parts
        .slice(0, depth)
        .map((part, level) => part.place?.(targets[level]))
        .filter((name) => name !== undefined)
      return (named.length > mostPlaces ? named.slice(0, 2) : named).reverse().join(' of ')
    },
  }
}

/** Bytes that are no protobuf message of the expected kind. Turned into a BatchscopeError where the file is known. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
  /** True when the file ends before what it announces. */
  readonly cutOff: boolean

  /** `reason` is a clause about the file: "its graph has no nodes". */
  constructor(reason: string, cutOff = false) {
    super(reason)
    this.cutOff = cutOff
  }
}
