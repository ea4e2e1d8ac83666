import type { Failure } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { isMiscalculated, requestedBytes } from './memory-exhaustion.ts'
import { runtimeSentence, runtimeWords } from './runtime-words.ts'

type Sentence = Pick<Failure, 'code' | 'owner' | 'message' | 'hint'>

/** Shapes that do not go together inside the graph: with a batch above 1, the sign of a batch size that is built in. */
const shapeConflict =
  /cannot be reshaped to the requested shape|broadcast an axis by a dimension other than 1|axis dimensions must match|dimension mismatch|incompatible dimensions|input_shape_size == size|right operand cannot broadcast|mismatched? (?:shape|dim)/i

/** What the libraries of a device say when they fail at their work. */
const deviceLibrary = /\b(?:CUDA|CUBLAS|CUDNN|CUDNN_FE|CUFFT) (?:failure|error)\b/

/** Why the model could not be run on its inputs, for anything but memory. */
export function inferenceFailure(text: string, batchSize: number): Sentence {
  if (/Got invalid dimensions for input/.test(text)) {
    const input = /input: (\S+)/.exec(text)?.[1] ?? '?'
    return {
      code: 'batch-mismatch',
      owner: 'model',
      message: `The model does not take batch size ${batchSize}: its input "${input}" has a fixed size (${sizes(text)}).`,
      hint: 'Check the batch axis of that input, or make the batch dynamic (--make-dynamic on the command line).',
    }
  }
  if (/Invalid rank for input/.test(text)) {
    return {
      code: 'inference',
      owner: 'model',
      message: `The inputs do not have the number of dimensions that the model wants: ${runtimeSentence(text)}`,
    }
  }
  const missing = /input '(.+)' is missing in 'feeds'/.exec(text)?.[1]
  if (missing !== undefined) {
    return {
      code: 'inference',
      owner: 'model',
      message: `The model's input "${missing}" cannot be fed: Batchscope planned no data for it.`,
      hint: 'Models with inputs that are no tensors cannot be profiled.',
    }
  }
  if (isMiscalculated(text)) {
    return {
      code: 'inference',
      owner: 'model',
      message: `The model failed at batch size ${batchSize}: it asked for a buffer of ${formatBytes(requestedBytes(text) ?? 0)}, so a size inside it is worked out wrongly.`,
      hint: 'Check the sizes that the inputs carry as values, or try another batch size.',
    }
  }
  if (batchSize > 1 && shapeConflict.test(text)) {
    return {
      code: 'batch-mismatch',
      owner: 'model',
      message: `The model does not work at batch size ${batchSize}: a size is fixed inside it (${runtimeWords(text)}).`,
      hint: 'Make the batch dynamic (--make-dynamic on the command line), or profile batch size 1.',
    }
  }
  if (deviceLibrary.test(text)) {
    return {
      code: 'inference',
      owner: 'runtime',
      message: `The execution provider failed at batch size ${batchSize}: ${runtimeSentence(text)}`,
      hint: 'Try another batch size, another execution provider, or another runtime ("batchscope runtime list").',
    }
  }
  return {
    code: 'inference',
    owner: 'model',
    message: `The model failed at batch size ${batchSize}: ${runtimeSentence(text)}`,
  }
}

/** `index 0: got 4, expected 1`, from ONNX Runtime's list of wrong dimensions. */
function sizes(text: string): string {
  const found = [...text.matchAll(/index: (\d+) Got: (\d+) Expected: (\d+)/g)]
  return found.map(([, axis, got, expected]) => `axis ${axis}: got ${got}, expected ${expected}`).join('; ')
}
