import { Reader } from 'protobufjs/minimal.js'
import { wire } from './message-decoder.ts'
import { onnxSchema } from './onnx-schema.ts'

/** What a file seems to be instead of an ONNX model, and what can be done. */
export interface OtherFile {
  /** Completes "It looks like". */
  what: string
  hint: string
}

/** The start of a file is enough to recognise it by. */
export const recognisableBytes = 4096

const chooseOnnx = 'Choose an ONNX model (.onnx).'
const fromPytorch = 'Export the model to ONNX with torch.onnx.export.'
const fromTensorflow = 'Convert it to ONNX with tf2onnx.'
const pictures = { what: 'a picture', hint: chooseOnnx }

/** Marks that formats begin with, or have at an offset. */
const marks: readonly [offset: number, mark: string, OtherFile][] = [
  [0, '\x89PNG', pictures],
  [0, '\xff\xd8\xff', pictures],
  [0, 'GIF8', pictures],
  [0, '\x80\x02', { what: 'a Python pickle, for example a PyTorch checkpoint', hint: fromPytorch }],
  [0, '\x80\x04', { what: 'a Python pickle', hint: fromPytorch }],
  [0, '\x89HDF', { what: 'an HDF5 file, for example a Keras model', hint: fromTensorflow }],
  [4, 'TFL3', { what: 'a TensorFlow Lite model', hint: fromTensorflow }],
  [
    4,
    'ORTM',
    { what: "a model in ONNX Runtime's own format (.ort)", hint: 'Choose the ONNX model it was made from.' },
  ],
  [0, 'GGUF', { what: 'a GGUF model', hint: chooseOnnx }],
  [0, '\x93NUMPY', { what: 'a NumPy array', hint: chooseOnnx }],
  [0, '%PDF', { what: 'a PDF document', hint: chooseOnnx }],
  [0, '\x1f\x8b', { what: 'a gzip archive', hint: 'Unpack it and choose the model inside.' }],
  [0, '\x7fELF', { what: 'a program', hint: chooseOnnx }],
  [
    8,
    '{"',
    { what: 'a safetensors file, which has weights but no graph', hint: 'Export the model to ONNX.' },
  ],
  [
    0,
    'version https://git-lfs',
    { what: 'a Git LFS pointer', hint: 'Fetch the real file with git lfs pull.' },
  ],
  [0, '{"format":"batchscope-project"', { what: 'a Batchscope project', hint: 'Open it as a project.' }],
]

/** Names what a file looks like by how it begins; undefined when nothing is recognised. */
export function recogniseFile(head: Uint8Array): OtherFile | undefined {
  const start = latin1(head)
  for (const [offset, mark, other] of marks) if (start.startsWith(mark, offset)) return other
  if (start.startsWith('PK\x03\x04')) return recogniseZip(start)
  if (isSavedModel(head)) return { what: 'a TensorFlow SavedModel', hint: fromTensorflow }
  if (isGraphDef(head)) return { what: 'a TensorFlow graph', hint: fromTensorflow }
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) {
    return { what: 'a web page or an XML file', hint: 'If it was downloaded, download it again.' }
  }
  if (isText(head)) return { what: 'text', hint: chooseOnnx }
  return undefined
}

function recogniseZip(start: string): OtherFile {
  if (/\/data\.pkl|\/version|\/code\//.test(start)) {
    return { what: 'a PyTorch checkpoint (.pt)', hint: fromPytorch }
  }
  if (start.includes('.npy')) return { what: 'a NumPy archive', hint: chooseOnnx }
  return { what: 'a zip archive', hint: 'Unpack it and choose the model inside.' }
}

/** SavedModel: a schema version of 1, then a MetaGraphDef, which begins with a nested message. */
function isSavedModel(head: Uint8Array): boolean {
  const [first, ...rest] = topLevelFields(head, 2)
  const second = rest[0]
  return (
    first?.number === 1 &&
    first.value === 1 &&
    second?.number === 2 &&
    second.payloadAt !== undefined &&
    head[second.payloadAt] === 0x0a
  )
}

/** GraphDef: repeated NodeDefs, each beginning with its name and then its operator, as texts. */
function isGraphDef(head: Uint8Array): boolean {
  const [node] = topLevelFields(head, 1)
  if (node?.number !== 1 || node.payloadAt === undefined) return false
  const [name, operator] = topLevelFields(head.subarray(node.payloadAt), 2)
  return name?.number === 1 && name.payloadAt !== undefined && operator?.number === 2
}

interface TopLevelField {
  number: number
  wireType: number
  /** Of varints. */
  value?: number
  /** Of fields with a length. */
  payloadAt?: number
}

/** The first fields of a message that lie within `head`; the last may reach beyond it. */
function topLevelFields(head: Uint8Array, most: number): TopLevelField[] {
  const reader = new Reader(head)
  const fields: TopLevelField[] = []
  try {
    while (reader.pos < head.length && fields.length < most) {
      const tag = reader.tag()
      const field: TopLevelField = { number: tag >>> 3, wireType: tag & 7 }
      if (field.wireType === wire.varint) {
        field.value = Number(reader.int64())
        fields.push(field)
      } else if (field.wireType === wire.lengthDelimited) {
        const length = reader.size()
        field.payloadAt = reader.pos
        fields.push(field)
        reader.skip(length)
      } else {
        fields.push(field)
        reader.skipType(field.wireType)
      }
    }
  } catch {
    // The head ends within a field, or it is no message: what was read until here is what there is to judge by.
  }
  return fields
}

const modelFieldWires = new Map<number, number>(
  Object.values(onnxSchema.ModelProto).map(({ id, type }) => [
    id,
    type === 'int64' ? wire.varint : wire.lengthDelimited,
  ]),
)

/** No ONNX file says a version beyond this for decades. */
const highestIrVersion = 1000

/**
 * True when a file begins as an ONNX model does: with fields of a ModelProto, among them a credible IR version or a
 * graph that begins with fields of a graph.
 */
export function beginsLikeModel(head: Uint8Array): boolean {
  let credible = false
  for (const { number, wireType, value, payloadAt } of topLevelFields(head, 64)) {
    if (modelFieldWires.get(number) !== wireType) return credible && number !== 0 && number > 26
    if (number === onnxSchema.ModelProto.irVersion.id) {
      if (value === undefined || value < 1 || value > highestIrVersion) return false
      credible = true
    }
    if (number === onnxSchema.ModelProto.graph.id && payloadAt !== undefined) {
      credible ||= beginsLikeGraph(head.subarray(payloadAt))
    }
  }
  return credible
}

function beginsLikeGraph(head: Uint8Array): boolean {
  const [first] = topLevelFields(head, 1)
  if (first === undefined || first.wireType !== wire.lengthDelimited) return false
  return Object.values(onnxSchema.GraphProto).some(({ id }) => id === first.number)
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, recognisableBytes), (byte) => String.fromCharCode(byte)).join('')
}

/** True for bytes that are printable as UTF-8; a character cut off at the end does not count against it. */
function isText(head: Uint8Array): boolean {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return false
  return !new TextDecoder().decode(head.subarray(0, Math.max(1, head.length - 3))).includes('\ufffd')
}
