import type { TensorType } from '../../../contract/model.ts'
import { onnxSchema } from '../reading/onnx-schema.ts'
import { elementType } from '../reading/tensor-types.ts'
import { ProtoMessage } from './proto-tree.ts'

const { ValueInfoProto, TypeProto, TensorTypeProto, TensorShapeProto, DimensionProto } = onnxSchema

/** An input or output of a graph that is being changed, or what the file says of a value between them. */
export class EditableValue {
  readonly message: ProtoMessage

  constructor(message: ProtoMessage) {
    this.message = message
  }

  /** A value with a name only, which ONNX Runtime takes as an output: it finds the type by itself. */
  static named(name: string): EditableValue {
    const message = ProtoMessage.empty()
    message.setTexts(ValueInfoProto.name.id, [name])
    return new EditableValue(message)
  }

  get name(): string {
    return this.message.text(ValueInfoProto.name.id)
  }

  /** `TensorProto.DataType`; undefined for what is no tensor. */
  get dataType(): number | undefined {
    const type = this.#tensorType()?.integer(TensorTypeProto.elemType.id)
    return type === undefined ? undefined : Number(type)
  }
  set dataType(dataType: number | undefined) {
    const type = this.message.message(ValueInfoProto.type.id).message(TypeProto.tensorType.id)
    if (dataType === undefined) type.remove(TensorTypeProto.elemType.id)
    else type.setInteger(TensorTypeProto.elemType.id, dataType)
  }

  get type(): TensorType {
    return elementType(this.dataType ?? 0).type
  }

  /** Sizes, symbols, and undefined where the file leaves a dimension open; undefined where it tells no shape. */
  get dims(): readonly (number | string | undefined)[] | undefined {
    return this.#dimensions()?.map((dimension) => {
      const size = dimension.integer(DimensionProto.dimValue.id)
      const symbol = dimension.text(DimensionProto.dimParam.id)
      if (size !== undefined) return Number(size)
      return symbol === '' ? undefined : symbol
    })
  }

  /** Gives one dimension a size or a symbol. Nothing happens where the file tells no such dimension. */
  setDim(axis: number, dimension: number | string): void {
    const message = this.#dimensions()?.[axis]
    if (message === undefined) return
    message.remove(DimensionProto.dimValue.id)
    message.remove(DimensionProto.dimParam.id)
    if (typeof dimension === 'number') message.setInteger(DimensionProto.dimValue.id, dimension)
    else message.setTexts(DimensionProto.dimParam.id, [dimension])
  }

  #tensorType(): ProtoMessage | undefined {
    return this.message.messages(ValueInfoProto.type.id).at(-1)?.messages(TypeProto.tensorType.id).at(-1)
  }

  #dimensions(): ProtoMessage[] | undefined {
    return this.#tensorType()?.messages(TensorTypeProto.shape.id).at(-1)?.messages(TensorShapeProto.dim.id)
  }
}
