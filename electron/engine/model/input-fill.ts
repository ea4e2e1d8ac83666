import type { InputPlan } from '../../contract/host-protocol.ts'
import type { ModelInput } from '../../contract/model.ts'
import { isInteger, isReal } from './tensor-types.ts'

type Fill = InputPlan['fill']

const constant = (value: number): Fill => ({ kind: 'constant', value })
const uniform = (low: number, high: number): Fill => ({ kind: 'uniform', low, high })

/** Rate of speech recordings in Hz, for inputs that ask for one. */
const usualSampleRate = 16_000

/**
 * What to fill an input with, so that the model does the work that it does on real data: token ids within the table,
 * masks that hide nothing, pictures in [0, 1], everything else standard normal.
 * `longest` is the largest open dimension besides the batch: what an input that gives lengths may say at most.
 */
export function chooseFill(input: ModelInput, shape: readonly number[], longest: number): Fill {
  const { name, type } = input
  if (/mask/i.test(name)) return constant(1)
  if (type === 'bool') return shape.length >= 2 ? uniform(0, 1) : constant(0)
  if (isInteger(type)) return chooseWhole(input, shape, longest)
  if (!isReal(type)) return constant(0)
  if (isPicture(shape)) return uniform(0, 1)
  // A setting of the model, such as a scale or a temperature.
  if (input.batchAxis === undefined && shape.length <= 1) return constant(1)
  return { kind: 'normal', scale: 1 }
}

function chooseWhole({ name, type, values }: ModelInput, shape: readonly number[], longest: number): Fill {
  if (/token_?type|segment_?ids|type_ids/i.test(name)) return constant(0)
  if (values !== undefined) return uniform(values.low, values.high)
  if (/position/i.test(name)) return constant(0)
  if (shape.length <= 1 && /(^|_)(len|lens|length|lengths)$/i.test(name)) return constant(longest)
  if (shape.length <= 1 && /^sr$|sampl(e|ing)_?rate/i.test(name)) return constant(usualSampleRate)
  if (type === 'uint8' && shape.length >= 3) return uniform(0, 255)
  if (type === 'int8' && shape.length >= 3) return uniform(-128, 127)
  return uniform(0, 1)
}

/** NCHW or NHWC with the channels of a picture. */
function isPicture(shape: readonly number[]): boolean {
  return shape.length === 4 && [shape[1], shape[3]].some((channels) => [1, 3, 4].includes(channels ?? 0))
}
