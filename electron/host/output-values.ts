import type * as ort from 'onnxruntime-node'
import type { OutputValue, TensorValues } from '../contract/host-protocol.ts'
import { tensorTypes } from '../contract/model.ts'

/** An output as it is told: its shape, and its values up to `mostElements`, from the beginning. */
export function outputValue(name: string, value: ort.OnnxValue, mostElements: number): OutputValue {
  const type = tensorTypes.find((known) => known === value.type)
  if (type === undefined) return { name, type: 'unknown', shape: [...(value.dims ?? [])], values: [] }
  const values = value.data as TensorValues
  // int4 and uint4 come packed two to a byte.
  const most = type === 'int4' || type === 'uint4' ? Math.ceil(mostElements / 2) : mostElements
  return {
    name,
    type,
    shape: [...value.dims],
    // A copy: what is sent must not drag the rest of the buffer with it.
    values: values.length > most ? values.slice(0, most) : values,
  }
}
