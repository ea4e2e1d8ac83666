import type { CommandResult, ReportFormat } from '../../electron/contract/workbench-api.ts'
import { download } from './download.ts'
import type { Call } from './remote-workbench.ts'

export interface ReportToSave {
  projectId: string
  experimentId: string
  format: ReportFormat
  /** With or without the extension of the format. */
  suggestedName: string
}

/** Saves a report; gives where it went (a path, or a file name among the downloads), or null when the person declined. */
export type SaveReport = (report: ReportToSave) => Promise<string | null>

const extensions: Record<ReportFormat, string> = {
  pdf: 'pdf',
  csv: 'csv',
  'samples-csv': 'csv',
  json: 'json',
  markdown: 'md',
}

/** Asks where to save, and has the engine write there: nothing large passes through the page. */
export function saveWithDialog(call: Call): SaveReport {
  return async ({ projectId, experimentId, format, suggestedName }) => {
    const extension = extensions[format]
    const name = withExtension(suggestedName, extension)
    const path = await call('chooseSavePath', { suggestedName: name, extension })
    if (path === null) return null
    await call('saveReport', { projectId, experimentId, format, path })
    return path
  }
}

/** Has the engine render, and the browser download. */
export function saveAsDownload(call: Call): SaveReport {
  return async ({ projectId, experimentId, format, suggestedName }) => {
    const rendered = await call('renderReport', { projectId, experimentId, format })
    const name = withExtension(suggestedName, extensions[format])
    download(new Blob([contentOf(rendered)], { type: rendered.mediaType }), name)
    return name
  }
}

function withExtension(name: string, extension: string): string {
  return name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`
}

function contentOf({ encoding, content }: CommandResult<'renderReport'>): BlobPart {
  if (encoding === 'utf8') return content
  return Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
}
