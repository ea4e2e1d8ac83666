import { BatchscopeError } from '../../../contract/failure.ts'
import { formatBytes } from '../../../contract/quantity.ts'
import type { FileStore } from '../../ports.ts'
import { forEachTensor, tensorBytes, type GraphTensor } from './graph.ts'
import type { ReadModel } from './read-graph.ts'
import { shortened } from './tensor-fields.ts'

/** Longest path, in characters, that is looked for. */
const longestLocation = 4096

/**
 * The files beside a model that hold its large tensors, each checked to be there and long enough.
 * Rejects with a BatchscopeError: `external-data-missing`, or `bad-input` for a file outside the model's folder.
 */
export async function findExternalData(
  model: ReadModel,
  path: string,
  files: FileStore,
): Promise<{ path: string; bytes: number }[]> {
  const name = files.fileName(path)
  const folder = files.folderOf(path)
  const found: { path: string; bytes: number }[] = []
  const outside = (clause: string) =>
    new BatchscopeError({
      code: 'bad-input',
      message: `"${name}" asks for weights outside its own folder: ${clause}.`,
      hint: 'Save the model again with its external data beside it.',
      owner: 'model',
    })
  // A download cache keeps the files of a model elsewhere, beside each other, and links to all of them.
  let allowed: string[] | undefined
  const realFolders = async () =>
    (allowed ??= [await files.realPath(folder), files.folderOf(await files.realPath(path))])
  for (const [location, needed] of neededBytes(model)) {
    const told = shortened(location)
    // A file system takes a name to end at a null character.
    const isPath = location !== '' && location.length <= longestLocation && !location.includes('\0')
    const dataPath = files.resolve(folder, isPath ? location : '.')
    if (!isWithin(dataPath, folder, files)) throw outside(`"${told}"`)
    const stat = await files.stat(dataPath)
    if (stat?.kind !== 'file') {
      throw missing(
        `The weights of "${name}" are in a file that is not there: "${told}".`,
        `Put it beside the model, in "${files.folderOf(dataPath)}".`,
      )
    }
    if (stat.bytes < needed) {
      throw missing(
        `The weights of "${name}" in "${told}" are cut off: ${formatBytes(stat.bytes)} of ${formatBytes(needed)}.`,
        'Copy or download that file again.',
      )
    }
    const realPath = await files.realPath(dataPath)
    if (!(await realFolders()).some((allowed) => isWithin(realPath, allowed, files))) {
      throw outside(`"${told}" is a link to "${realPath}"`)
    }
    found.push({ path: dataPath, bytes: stat.bytes })
  }
  return found
}

/** How long each external file must be at least, by location. */
function neededBytes(model: ReadModel): Map<string, number> {
  const needed = new Map<string, number>()
  const take = ({ external, ...tensor }: GraphTensor) => {
    if (external === undefined) return
    const { location, offset, length = tensorBytes(tensor) } = external
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + length))
  }
  forEachTensor(model.graph, take)
  for (const { nodes } of model.functions) forEachTensor({ nodes }, take)
  return needed
}

function isWithin(path: string, folder: string, files: FileStore): boolean {
  let above = files.folderOf(path)
  for (;;) {
    if (above === folder) return true
    const next = files.folderOf(above)
    if (next === above) return false
    above = next
  }
}

function missing(message: string, hint: string): BatchscopeError {
  return new BatchscopeError({ code: 'external-data-missing', message, hint, owner: 'user' })
}
