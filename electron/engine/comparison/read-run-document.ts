import * as v from 'valibot'
import { badInput } from '../../contract/failure.ts'
import { RunDocumentSchema, type RunDocument } from '../../contract/run-document.ts'
import type { FileStore } from '../ports.ts'

/** A run document holds summaries: what is larger than this is something else. */
const mostBytes = 256 * 1024 ** 2

const hint = 'Give a project file, or what batchscope run --json wrote.'

const KindSchema = v.object({ format: v.string(), formatVersion: v.optional(v.number()) })

/** Reads what `batchscope run --json` wrote. Rejects with one sentence for whatever else the file is. */
export async function readRunDocument(path: string, files: FileStore): Promise<RunDocument> {
  const name = files.fileName(path)
  const entry = await files.stat(path)
  if (entry === undefined) throw badInput(`There is no file ${path}.`, 'Check the path.')
  if (entry.kind === 'folder') throw badInput(`${path} is a folder.`, hint)
  if (entry.bytes > mostBytes) throw badInput(`${name} is too large to be a run document.`, hint)
  const text = new TextDecoder().decode(await files.read(path)).trim()
  if (text === '') throw badInput(`${name} is empty.`, hint)
  const json = parseJson(text)
  if (json === undefined && /^\{\s*"format"/.test(text)) {
    throw badInput(`The run document ${name} is cut off or damaged: it is no whole JSON.`, 'Write it again.')
  }
  const kind = v.safeParse(KindSchema, json)
  if (!kind.success || kind.output.format !== 'batchscope-run') {
    throw badInput(`${name} is neither a project file nor a run document.`, hint)
  }
  if ((kind.output.formatVersion ?? 1) > 1) {
    throw badInput(`${name} was written by a newer version of Batchscope.`, 'Update Batchscope.')
  }
  const document = v.safeParse(RunDocumentSchema, json)
  if (document.success) return document.output
  const [issue] = document.issues
  const where = v.getDotPath(issue) ?? 'its top'
  const what =
    issue.received === 'undefined'
      ? `${where} is missing`
      : `${where} is ${issue.received}, and not ${issue.expected ?? 'what belongs there'}`
  throw badInput(`The run document ${name} is damaged: ${what}.`, 'Write it again.')
}

/** `undefined` for text that is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
