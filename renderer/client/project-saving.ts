import { download } from './download.ts'
import type { Call } from './remote-workbench.ts'

export interface ProjectToSave {
  projectId: string
  /** With the extension. */
  suggestedName: string
}

/** Saves a project; gives where it went (a path, or a file name among the downloads), or null when the person declined. */
export type SaveProject = (project: ProjectToSave) => Promise<string | null>

/** Asks where to save; the engine writes a copy there and goes on with that one. */
export function saveProjectWithDialog(call: Call): SaveProject {
  return async ({ projectId, suggestedName }) => {
    const path = await call('chooseSavePath', { suggestedName, extension: 'batchscope' })
    if (path === null) return null
    return (await call('saveProjectAs', { projectId, path })).path
  }
}

/** Has the browser download the file as it is now; the engine goes on with its own. */
export function saveProjectAsDownload(call: Call): SaveProject {
  return async ({ projectId }) => {
    const { fileName, content } = await call('readProject', { projectId })
    download(new Blob([content], { type: 'application/x-ndjson' }), fileName)
    return fileName
  }
}
