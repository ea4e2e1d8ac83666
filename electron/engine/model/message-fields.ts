/**
 * How to take one field of a protobuf message:
 * - `integer`: one varint; `integers`: repeated varints, packed or not;
 * - `text`: a UTF-8 string;
 * - `size`: only how many bytes it has; its content is passed over, however large;
 * - `message`: a nested message, taken by the fields that `open` gives.
 */
export type FieldReader =
  | { readonly take: 'integer' | 'integers'; put(value: number): void }
  | { readonly take: 'text'; put(value: string): void }
  | { readonly take: 'size'; put(bytes: number): void }
  | { readonly take: 'message'; open(): MessageFields }

/** The fields of a message by number; those that are not listed are passed over. */
export type MessageFields = Readonly<Record<number, FieldReader>>

export const integer = (put: (value: number) => void): FieldReader => ({ take: 'integer', put })
export const integers = (put: (value: number) => void): FieldReader => ({ take: 'integers', put })
export const text = (put: (value: string) => void): FieldReader => ({ take: 'text', put })
export const size = (put: (bytes: number) => void): FieldReader => ({ take: 'size', put })
export const message = (open: () => MessageFields): FieldReader => ({ take: 'message', open })

/** Longest text that is taken, in bytes: names, never weights. */
export const longestText = 1 << 20

/** Messages may nest this deep. Each subgraph takes three levels: node, attribute, graph. */
const deepestNesting = 120

/**
 * What a file may make of memory: a value taken costs one, a message eight, 64 bytes of text one more. Far above the
 * largest models known (a few hundred thousand nodes), below what would exhaust a process.
 */
const mostCost = 16_000_000
const messageCost = 8

/** What one file has used up of its bounds while it is read. */
export interface ReadingBounds {
  /** Throws a MalformedMessage when there is nothing left. */
  spend(cost: number): void
  enter(): void
  leave(): void
}

export function readingBounds(cost = mostCost): ReadingBounds {
  let left = cost
  let depth = 0
  const spend = (cost: number) => {
    left -= cost
    if (left < 0) throw new MalformedMessage('it describes more parts than any model has')
  }
  return {
    spend,
    enter() {
      spend(messageCost)
      depth += 1
      if (depth > deepestNesting) throw new MalformedMessage('its parts are nested too deeply')
    },
    leave() {
      depth -= 1
    },
  }
}

/** Bytes that are no protobuf message of the expected kind. Turned into a BatchscopeError where the file is known. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
  /** True when the file ends before what it announces. */
  readonly cutOff: boolean

  /** `reason` is a clause about the file: "its parts are nested too deeply". */
  constructor(reason: string, cutOff = false) {
    super(reason)
    this.cutOff = cutOff
  }
}
