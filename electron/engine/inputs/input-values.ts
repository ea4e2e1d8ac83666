import type { TensorType } from '../../contract/model.ts'

/** The user's own values for one input, where a session host finds them. */
export interface InputValues {
  path: string
  /** Of the first element, in bytes. */
  offset: number
  /** Of the elements as they are kept. */
  type: TensorType
  /** With as many dimensions as the input. */
  shape: number[]
  /** Samples along the input's batch axis; absent where the input has none. */
  items?: number
}

/** By the name of the input; inputs that are not there are made. */
export type OwnValues = ReadonlyMap<string, InputValues>
