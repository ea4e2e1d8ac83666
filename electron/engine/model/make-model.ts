import type { Derivation, DerivationKind } from '../../contract/derivation.ts'
import { badInput, BatchscopeError } from '../../contract/failure.ts'
import type { ModelDescription } from '../../contract/model.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { CommandParams } from '../../contract/workbench-api.ts'
import { readBatchAxes } from '../experiment/draft-batch-axes.ts'
import type { FileStore, Ports } from '../ports.ts'
import { fixedBatch } from './dynamic/fixed-batch.ts'
import { makeDynamic } from './dynamic/make-dynamic.ts'
import { EditableModel, largestModelBytes } from './edit/editable-model.ts'
import { madeModelPath, readDerivation, writeSidecar } from './made-models.ts'
import { MalformedMessage } from './reading/message-fields.ts'
import type { OpenedModels } from './opened-models.ts'
import { convertPrecision } from './precision/convert-precision.ts'
import { validatePrecision } from './precision/validate-precision.ts'

interface Context {
  models: OpenedModels
  ports: Ports
}

/** What is being made now, by path: asked for twice, it is made once. */
const inTheMaking = new Map<string, Promise<void>>()

/**
 * Makes a model from another, proves it, and describes it. It lies in the user's data folder, where it is found when the
 * same is asked for again. Rejects with a BatchscopeError: `not-convertible` where it cannot be made or shown to be right,
 * `bad-input` where there is nothing to make.
 */
export async function makeModel(
  { path, kind, batchAxes }: CommandParams<'makeModel'>,
  { models, ports }: Context,
): Promise<ModelDescription> {
  const description = await models.open(path)
  const given = (batchAxes ?? []).map((text) => text.trim()).filter((text) => text !== '')
  const axes = readBatchAxes(given, description)
  if (!axes.ok) throw badInput(axes.problem.message, axes.problem.hint)
  if (description.derivation?.kind === kind && kind !== 'dynamic') {
    throw badInput(`"${description.name}" was made that way already.`, 'Use it as it is.')
  }
  const settings =
    kind === 'dynamic' ? JSON.stringify([...fixedBatch(description, axes.value).batchAxes].toSorted()) : ''
  const madePath = await madeModelPath(description, kind, settings, ports.files)
  if (!(await isMade(madePath, ports.files))) {
    const making =
      inTheMaking.get(madePath) ??
      make({ description, kind, corrections: axes.value, path: madePath, ports }).finally(() =>
        inTheMaking.delete(madePath),
      )
    inTheMaking.set(madePath, making)
    await making
  }
  return models.open(madePath)
}

async function isMade(path: string, files: FileStore): Promise<boolean> {
  if ((await files.stat(path)) === undefined) return false
  return (await readDerivation(path, await files.sha256(path), files)) !== undefined
}

interface Making {
  description: ModelDescription
  kind: DerivationKind
  corrections: Readonly<Record<string, number | null>>
  path: string
  ports: Ports
}

async function make({ description, kind, corrections, path, ports }: Making): Promise<void> {
  const { files } = ports
  const model = await openEditable(description, files)
  const linked = kind === 'dynamic' ? await linkExternalData(description, path, files) : []
  try {
    const made =
      kind === 'dynamic'
        ? await makeDynamic({ ports, description, model, batchAxes: corrections, path })
        : await makePrecision({ description, kind, model, path, ports })
    const { sha256, name } = description
    const derivation: Derivation = { kind, from: { sha256, name, path: description.path }, ...made }
    await writeSidecar(path, derivation, files)
  } catch (error) {
    for (const each of [path, ...linked]) await files.remove(each)
    if (error instanceof MalformedMessage) throw damaged(description, error)
    throw error
  }
}

async function makePrecision({
  description,
  kind,
  model,
  path,
  ports,
}: {
  description: ModelDescription
  kind: Exclude<DerivationKind, 'dynamic'>
  model: EditableModel
  path: string
  ports: Ports
}): Promise<Pick<Derivation, 'changes' | 'checks'>> {
  const scratchFolder = ports.files.folderOf(path)
  const { changes } = await convertPrecision(model, kind, { description, ports, scratchFolder })
  await ports.files.write(path, model.chunks())
  const checks = await validatePrecision({ reference: description, variant: { path }, kind, ports })
  return { changes, checks }
}

async function openEditable(description: ModelDescription, files: FileStore): Promise<EditableModel> {
  const { path, name } = description
  const bytes = (await files.stat(path))?.bytes ?? 0
  if (bytes > largestModelBytes) {
    throw new BatchscopeError({
      code: 'not-convertible',
      message: `"${name}" has ${formatBytes(bytes)}, and files of 2 GiB and more cannot be changed here.`,
      hint: 'Save it with its weights in external data.',
      owner: 'model',
    })
  }
  try {
    return EditableModel.open(await files.read(path))
  } catch (error) {
    if (error instanceof MalformedMessage) throw damaged(description, error)
    throw error
  }
}

function damaged({ name }: ModelDescription, { message }: MalformedMessage): BatchscopeError {
  return new BatchscopeError({
    code: 'model-damaged',
    message: `"${name}" is damaged: ${message}.`,
    hint: 'Copy, download or export the model again.',
    owner: 'model',
  })
}

/** Puts the model's external data beside the made one: ONNX Runtime refuses to look anywhere else. */
async function linkExternalData(
  { path, externalData }: ModelDescription,
  madePath: string,
  files: FileStore,
): Promise<string[]> {
  const linked: string[] = []
  for (const data of externalData) {
    const target = besideLike(data.path, path, madePath, files)
    await files.link(data.path, target)
    linked.push(target)
  }
  return linked
}

/** Where a file lies beside `target` as `dataPath` lies beside `source`. */
function besideLike(
  dataPath: string,
  source: string,
  target: string,
  files: Pick<FileStore, 'resolve' | 'folderOf'>,
): string {
  const relative = dataPath.slice(files.folderOf(source).length).replace(/^[/\\]+/, '')
  return files.resolve(files.folderOf(target), relative)
}

/**
 * Writes a made model, and its external data beside it, to where the user wants it. Rejects with `bad-input` for models
 * that were not made here, and where another file is in the place of its external data.
 */
export async function saveMadeModel(
  source: string,
  target: string,
  { models, files }: { models: OpenedModels; files: FileStore },
): Promise<void> {
  const model = await models.open(source)
  if (model.derivation === undefined) {
    throw badInput(`"${model.name}" is no model that Batchscope made.`, 'Copy the file itself.')
  }
  if (files.resolve(target) === files.resolve(model.derivation.from.path)) {
    throw badInput(
      `"${files.fileName(target)}" is the model that it was made from.`,
      'Save it under another name.',
    )
  }
  for (const data of model.externalData) {
    const place = besideLike(data.path, model.path, target, files)
    if (place === files.resolve(target)) {
      throw badInput(
        `"${files.fileName(target)}" is the name of the file that holds the model's weights.`,
        'Save it under another name.',
      )
    }
    const there = await files.stat(place)
    // A copy: whoever changes what they saved must not change what was made.
    if (there === undefined) await files.copy(data.path, place)
    else if (there.bytes !== data.bytes || (await files.sha256(place)) !== (await files.sha256(data.path))) {
      throw badInput(
        `The model needs its weights in "${place}", and another file is there.`,
        'Save it in another folder.',
      )
    }
  }
  if (files.resolve(target) !== model.path) await files.write(target, await files.read(model.path))
}
