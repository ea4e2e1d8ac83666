import { describe, expect, it } from 'vitest'
import { EditableModel } from '../../../../../electron/engine/model/edit/editable-model.ts'
import { valueTypes } from '../../../../../electron/engine/model/precision/value-types.ts'
import {
  encodeModel,
  GraphBuilder,
  tensor,
  type AttributeValue,
} from '../../../../../resources/models/onnx-writer.ts'

/** The type of what a node makes of x (float32), i (int64) and c (bool). */
function typeOf(
  type: string,
  inputs: string[],
  attributes: Record<string, AttributeValue> = {},
  domain = '',
) {
  const graph = new GraphBuilder('types')
  graph.input('x', 'float32', ['N', 4])
  graph.input('i', 'int64', ['N'])
  graph.input('c', 'bool', ['N', 4])
  graph.initializer('q', [4], new Int8Array(4))
  graph.node(type, inputs, attributes, 'made', domain)
  return valueTypes(EditableModel.open(encodeModel(graph)).graph).get('made')
}

describe('the type of a value', () => {
  it.each([
    ['Relu', ['x'], {}, 'float32'],
    ['Add', ['i', 'i'], {}, 'int64'],
    ['Gather', ['x', 'i'], {}, 'float32'],
    ['Where', ['c', 'x', 'x'], {}, 'float32'],
    ['Shape', ['x'], {}, 'int64'],
    ['ArgMax', ['x'], {}, 'int64'],
    ['Greater', ['x', 'x'], {}, 'bool'],
    ['Cast', ['i'], { to: 10 }, 'float16'],
    ['Constant', [], { value: tensor('', [1], Int32Array.of(1)) }, 'int32'],
    ['Constant', [], { value_float: { real: 2 } }, 'float32'],
    ['ConstantOfShape', ['i'], {}, 'float32'],
    ['ConstantOfShape', ['i'], { value: tensor('', [1], BigInt64Array.of(1n)) }, 'int64'],
    ['QuantizeLinear', ['x', 'x', 'q'], {}, 'int8'],
    ['DequantizeLinear', ['q', 'x'], {}, 'float32'],
    ['MatMulInteger', ['q', 'q'], {}, 'int32'],
    ['RandomNormal', [], { shape: [2] }, 'float32'],
    ['Loop', ['i', 'c', 'x'], {}, undefined],
  ])('that %s makes of %j with %j is %s', (type, inputs, attributes, expected) => {
    expect(typeOf(type, inputs, attributes as Record<string, AttributeValue>)).toBe(expected)
  })

  it('is not guessed for operators that are not of ONNX', () => {
    expect(typeOf('Relu', ['x'], {}, 'com.example')).toBeUndefined()
  })
})
