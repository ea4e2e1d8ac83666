import type { Failure } from '../../contract/failure.ts'
import type { ExecutionProvider } from '../../contract/experiment.ts'
import { providerFailure, type KnownMachine, type ProviderFailure } from '../provider-failure.ts'
import { runtimeSentence } from './runtime-words.ts'

type Sentence = Pick<Failure, 'code' | 'owner' | 'message' | 'hint'>

/** Numbers of ONNX's element types (TensorProto.DataType) that onnxruntime-node refuses by number. */
const elementTypes: Record<number, string> = {
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
}

/**
 * Why ONNX Runtime could not create the session. `said` is its error and its standard error; with `machine`, the sentence
 * can name what is here instead.
 */
export function loadFailure(
  text: string,
  said: string,
  provider: ExecutionProvider,
  machine?: KnownMachine,
): Sentence {
  const unusable = provider === 'cpu' ? undefined : providerFailure(provider, said, machine)
  return unusable === undefined ? modelFailure(text) : unusableProvider(provider, unusable)
}

/** The failure of an execution whose provider cannot be used here. */
export function unusableProvider(provider: ExecutionProvider, { reason, hint }: ProviderFailure): Sentence {
  return {
    code: 'provider-unavailable',
    owner: 'system',
    message: `The execution provider ${provider} cannot be used here: ${reason}`,
    ...(hint === undefined ? {} : { hint }),
  }
}

function modelFailure(text: string): Sentence {
  const words = runtimeSentence(text)
  if (/Protobuf parsing failed|does not have a graph|ModelProto/.test(text)) {
    return {
      code: 'model-damaged',
      owner: 'user',
      message: 'ONNX Runtime cannot read the model: the file is damaged or cut off.',
      hint: 'Copy or export it again.',
    }
  }
  if (/external data|external initializer|ExternalData/i.test(text)) {
    return {
      code: 'external-data-missing',
      owner: 'user',
      message: `The model's external data cannot be read: ${words}`,
      hint: 'Put the data files next to the model, under the names they had when it was exported.',
    }
  }
  if (/File doesn't exist|No such file/i.test(text)) {
    return {
      code: 'not-found',
      owner: 'user',
      message: 'The model file is not there any more.',
      hint: 'Check the path.',
    }
  }
  if (
    /Unsupported model IR version|opset \d+ is (?:under development|not)|Opset.*is under development/i.test(
      text,
    )
  ) {
    return {
      code: 'model-load',
      owner: 'model',
      message: `The model is newer than this ONNX Runtime: ${words}`,
      hint: 'Export it with an older opset.',
    }
  }
  const unsupported = /Unsupported data type: (\d+)/.exec(text)?.[1]
  if (unsupported !== undefined) {
    const type = elementTypes[Number(unsupported)] ?? `number ${unsupported}`
    return {
      code: 'model-load',
      owner: 'model',
      message: `ONNX Runtime for Node cannot feed or fetch the element type ${type}, which the model has at an input or output.`,
      hint: 'Export the model with float32 or float16 inputs and outputs.',
    }
  }
  if (/NOT_IMPLEMENTED|Could not find an implementation|not a registered function\/op/i.test(text)) {
    return {
      code: 'model-load',
      owner: 'model',
      message: `ONNX Runtime has no implementation of an operator of the model: ${words}`,
      hint: 'Export it with operators that ONNX Runtime has, or try another execution provider.',
    }
  }
  return { code: 'model-load', owner: 'model', message: `ONNX Runtime could not load the model: ${words}` }
}
