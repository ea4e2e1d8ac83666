import type { InputFile } from '../../contract/experiment.ts'
import { BatchscopeError, type Failure } from '../../contract/failure.ts'
import type { ModelDescription, ModelInput } from '../../contract/model.ts'
import { arrayName, type ArrayFile, type ArrayFiles, type StoredArray } from '../inputs/array-files.ts'
import { fitArray } from '../inputs/fit-array.ts'
import { resolveDimensionKey } from '../model/axes/dimensions.ts'
import { withBatchAxes } from './draft-dims.ts'
import { refused, understood, type Reading } from './draft-reading.ts'

/** One input's values as they were asked for; without an input, those of a file for the inputs named as its entries. */
export interface InputRequest {
  input?: string
  /** As it was typed. */
  path: string
  entry?: string
}

/** What was found in the files of a draft, by their path as it was typed. */
export type OpenedInputFiles = ReadonlyMap<string, ArrayFile | Failure>

/** What the user's own values settle: where they come from, and the sizes of free dimensions. */
export interface OwnInputs {
  inputs: Record<string, InputFile>
  dims: Record<string, number[]>
}

/**
 * Where the user's own values come from, each written `INPUT=FILE.npy`, `INPUT=FILE.npz`, `INPUT=FILE.npz:ENTRY`, or
 * `FILE.npz` alone for the inputs named as its entries; with a model that takes one input, a file alone is for that.
 */
export function readInputRequests(
  texts: readonly string[],
  model: Pick<ModelDescription, 'inputs'>,
): Reading<InputRequest[]> {
  const requests: InputRequest[] = []
  for (const text of texts) {
    // Names of inputs may have any letters, so that the longest that fits is meant.
    const named = model.inputs
      .filter(({ name }) => text.startsWith(`${name}=`))
      .toSorted((a, b) => b.name.length - a.name.length)[0]
    const rest = named === undefined ? text : text.slice(named.name.length + 1).trim()
    const [only] = model.inputs.length === 1 ? model.inputs : []
    const source = readSource(rest)
    // A name for which there is no input; what has a folder before the sign is a path.
    const misnamed = /^[^=/\\]*=/.test(text)
    if (named === undefined && (misnamed || (!isArchive(source.path) && only === undefined))) {
      const cut = text.indexOf('=')
      return refused(
        cut < 1
          ? `Input "${text}" does not say which input of the model it is for.`
          : `The model has no input "${text.slice(0, cut).trim()}".`,
        `Write INPUT=FILE.npy; its inputs are ${model.inputs.map(({ name }) => name).join(', ')}.`,
      )
    }
    if (source.path === '') return refused(`Input "${text}" names no file.`, 'Write INPUT=FILE.npy.')
    const input =
      named?.name ?? (source.entry === undefined && isArchive(source.path) ? undefined : only?.name)
    if (named === undefined && input === undefined && source.entry !== undefined) {
      return refused(
        `Input "${text}" does not say which input of the model it is for.`,
        `Write INPUT=${text}.`,
      )
    }
    requests.push({ ...source, ...(input === undefined ? {} : { input }) })
  }
  return understood(requests)
}

/** `C:\data\x.npz:ids` is the entry `ids` of `C:\data\x.npz`. */
function readSource(text: string): Pick<InputRequest, 'path' | 'entry'> {
  const [, path, entry] = /^(.*?\.npz):(.+)$/i.exec(text) ?? []
  return path === undefined || entry === undefined ? { path: text } : { path, entry }
}

function isArchive(path: string): boolean {
  return /\.npz$/i.test(path)
}

/** The files that a draft names for inputs, as they were typed: all that `openInputFiles` opens. */
export function inputPaths(
  texts: readonly string[] | undefined,
  model: Pick<ModelDescription, 'inputs'>,
): string[] {
  const filled = (texts ?? []).map((text) => text.trim()).filter((text) => text !== '')
  const requests = readInputRequests(filled, model)
  return requests.ok ? [...new Set(requests.value.map(({ path }) => path))] : []
}

/** Looks into the files that a draft names. What is wrong with one of them is told when the draft is read. */
export async function openInputFiles(
  texts: readonly string[] | undefined,
  model: ModelDescription,
  arrays: ArrayFiles,
): Promise<OpenedInputFiles> {
  const opened = new Map<string, ArrayFile | Failure>()
  for (const path of inputPaths(texts, model)) {
    try {
      opened.set(path, await arrays.open(path))
    } catch (error) {
      if (!(error instanceof BatchscopeError)) throw error
      opened.set(path, error.failure)
    }
  }
  return opened
}

interface ReadContext {
  model: ModelDescription
  batchAxes: Readonly<Record<string, number | null>>
  /** Values of every free dimension, and the texts that gave some of them. */
  dims: Readonly<Record<string, number[]>>
  dimTexts: readonly string[]
  files: OpenedInputFiles
}

/**
 * The user's own values, checked against the model. Free dimensions take the sizes that the arrays have; a dimension
 * that was given another size is refused.
 */
export function readInputs(texts: readonly string[], context: ReadContext): Reading<OwnInputs> {
  const { dims, files } = context
  if (texts.length === 0) return understood({ inputs: {}, dims: { ...dims } })
  const model = withBatchAxes(context.model, context.batchAxes)
  const requests = readInputRequests(texts, model)
  if (!requests.ok) return requests
  const chosen: ChosenArray[] = []
  for (const request of requests.value) {
    const file = files.get(request.path)
    if (file === undefined) return refused(`"${request.path}" was not looked into.`)
    if ('code' in file) return refused(file.message, file.hint)
    const found = chooseArrays(request, file, model)
    if (!found.ok) return found
    for (const one of found.value) {
      if (chosen.some(({ input }) => input.name === one.input.name)) {
        return refused(`Input "${one.input.name}" is given twice.`, 'Give one array for each input.')
      }
      chosen.push(one)
    }
  }
  try {
    return settle(chosen, model, context)
  } catch (error) {
    if (!(error instanceof BatchscopeError)) throw error
    return refused(error.failure.message, error.failure.hint)
  }
}

interface ChosenArray {
  input: ModelInput
  file: ArrayFile
  array: StoredArray
}

function chooseArrays(
  { input: name, entry }: InputRequest,
  file: ArrayFile,
  model: ModelDescription,
): Reading<ChosenArray[]> {
  const { arrays } = file
  const entries = arrays.flatMap((array) => array.entry ?? [])
  const known = `Its arrays are ${entries.join(', ')}.`
  if (name === undefined) {
    const matching = model.inputs.flatMap((input) => {
      const array = arrays.find((candidate) => candidate.entry === input.name)
      return array === undefined ? [] : [{ input, file, array }]
    })
    if (matching.length > 0) return understood(matching)
    const [only] = model.inputs
    const [array] = arrays
    if (model.inputs.length === 1 && arrays.length === 1 && only !== undefined && array !== undefined)
      return understood([{ input: only, file, array }])
    return refused(
      `None of the arrays in "${file.name}" is called as an input of the model.`,
      `${known} Write INPUT=${file.name}:ENTRY; the model's inputs are ${model.inputs.map((input) => input.name).join(', ')}.`,
    )
  }
  const input = model.inputs.find((candidate) => candidate.name === name)
  if (input === undefined) return refused(`The model has no input "${name}".`)
  const array =
    entry === undefined && arrays.length === 1
      ? arrays[0]
      : arrays.find((candidate) => candidate.entry === (entry ?? name))
  if (array !== undefined) return understood([{ input, file, array }])
  if (entries.length === 0) {
    return refused(
      `"${file.name}" is a single array and has no entry "${entry}".`,
      `Write ${name}=${file.name}.`,
    )
  }
  return entry === undefined
    ? refused(
        `"${file.name}" has several arrays, none of them called "${name}".`,
        `${known} Write ${name}=${file.name}:ENTRY.`,
      )
    : refused(`"${file.name}" has no array "${entry}".`, known)
}

/** Checks the arrays against their inputs and against each other. Throws a BatchscopeError of the first misfit. */
function settle(
  chosen: readonly ChosenArray[],
  model: ModelDescription,
  context: ReadContext,
): Reading<OwnInputs> {
  const dims = { ...context.dims }
  const given = new Set(
    context.dimTexts.map(
      (text) => resolveDimensionKey(model, text.slice(0, text.lastIndexOf('=')).trim())?.key,
    ),
  )
  const inputs: Record<string, InputFile> = {}
  /** Free dimensions that an array has settled, and batches, with the array. */
  const settled = new Map<string, string>()
  let batch: { items: number; what: string } | undefined
  for (const { input, file, array } of chosen) {
    const what = arrayName(file, array.entry)
    const { shape, items } = fitArray(input, array.header, what)
    for (const [axis, size] of shape.entries()) {
      if (axis === input.batchAxis || typeof input.shape[axis] === 'number') continue
      const key = resolveDimensionKey(model, `${input.name}:${axis}`)?.key
      if (key === undefined) {
        return refused(
          `Axis ${axis} of input "${input.name}" grows with the batch, so that it cannot be fed from a file.`,
          'Leave this input to be made.',
        )
      }
      const other = settled.get(key)
      const asked = dims[key] ?? []
      if (asked.some((value) => value !== size) && (other !== undefined || given.has(key))) {
        return refused(
          other === undefined
            ? `${what} has size ${size} along dimension "${key}" of input "${input.name}", and ${asked.join(', ')} was asked for.`
            : `${what} has size ${size} along dimension "${key}" of input "${input.name}", and ${other} has ${asked.join(', ')}.`,
          other === undefined
            ? `Leave ${key} out, or give an array of that size.`
            : 'Give arrays of the same size.',
        )
      }
      settled.set(key, what)
      dims[key] = [size]
    }
    if (items !== undefined) {
      // One sample goes with any number of others.
      if (batch !== undefined && items !== 1 && batch.items !== 1 && items !== batch.items) {
        return refused(
          `${what} has ${items} samples for input "${input.name}", and ${batch.what} has ${batch.items}.`,
          'Give arrays with the same number of samples: they are fed side by side.',
        )
      }
      if (batch === undefined || batch.items === 1) batch = { items, what }
    }
    inputs[input.name] = {
      path: file.path,
      ...(array.entry === undefined ? {} : { entry: array.entry }),
      sha256: file.sha256,
      shape: array.header.shape,
      ...(items === undefined ? {} : { items }),
    }
  }
  return understood({ inputs, dims })
}
