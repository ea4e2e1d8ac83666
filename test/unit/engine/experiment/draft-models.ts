import type { ModelDescription } from '../../../../electron/contract/model.ts'

const base: ModelDescription = {
  sha256: 'a'.repeat(64),
  path: '/models/model.onnx',
  name: 'model.onnx',
  bytes: 1_000,
  irVersion: 8,
  opset: 17,
  opsets: [{ domain: '', version: 17 }],
  producer: 'test',
  graphName: 'graph',
  parameters: 10,
  parameterBytes: 40,
  nodes: 1,
  operators: [{ type: 'Relu', domain: '', count: 1 }],
  inputs: [],
  outputs: [],
  freeDimensions: [],
  externalData: [],
  warnings: [],
}

/** Tokens with a named batch and a named, free sequence length; an image with unnamed free height and width. */
export const dynamicModel: ModelDescription = {
  ...base,
  inputs: [
    {
      name: 'tokens',
      type: 'int64',
      shape: ['batch', 'sequence'],
      batchAxis: 0,
      batchAxisReason: 'it is called batch',
    },
    {
      name: 'image',
      type: 'float32',
      shape: [null, 3, null, null],
      batchAxis: 0,
      batchAxisReason: 'it comes first and is open',
    },
  ],
  freeDimensions: [
    { key: 'sequence', places: ['tokens:1'], suggested: 128 },
    { key: 'image:2', places: ['image:2'], suggested: 224 },
    { key: 'image:3', places: ['image:3'], suggested: 224 },
  ],
}

/** An image classifier exported for four images at a time. */
export const fixedBatchModel: ModelDescription = {
  ...base,
  inputs: [
    { name: 'x', type: 'float32', shape: [4, 3, 8, 8], batchAxis: 0, batchAxisReason: 'it comes first' },
  ],
  warnings: [{ code: 'fixed-batch', message: 'The batch size is fixed at 4.' }],
}

/** A model whose input is one vector. */
export const batchlessModel: ModelDescription = {
  ...base,
  inputs: [{ name: 'v', type: 'float32', shape: [16], batchAxisReason: 'it has one fixed dimension' }],
  warnings: [{ code: 'no-batch-axis', message: 'No input has a batch axis.' }],
}
