import { badInput } from '../../electron/contract/failure.ts'
import type { DesktopBridge } from '../../electron/contract/desktop-bridge.ts'
import type { Subscribe } from '../../electron/contract/workbench-api.ts'
import { desktopLink, findDesktopBridge } from './desktop-link.ts'
import { takeLaunchToken } from './launch-token.ts'
import type { ConnectionState } from './link.ts'
import { uploadFile } from './model-upload.ts'
import type { UploadTarget } from './model-upload.ts'
import { remoteWorkbench } from './remote-workbench.ts'
import type { Call } from './remote-workbench.ts'
import { saveProjectAsDownload, saveProjectWithDialog, type SaveProject } from './project-saving.ts'
import { saveModelAsDownload, saveModelWithDialog, type SaveModel } from './model-saving.ts'
import { saveAsDownload, saveWithDialog } from './report-saving.ts'
import type { SaveReport } from './report-saving.ts'
import { connectSocketLink, refusedConnection } from './socket-link.ts'

/** The engine as the page sees it, whichever entry it runs in. Only stores use it. */
export interface WorkbenchClient {
  call: Call
  subscribe: Subscribe
  connection: {
    /** Told of changes; until the first one the state is `connected`. */
    onChange(listener: (state: ConnectionState) => void): () => void
  }
  /**
   * Where the engine finds a file that was dropped or picked: its path in the desktop; when served, its path after an
   * upload, with the fraction done (0 to 1) told on the way. `companions` are files that must lie beside it, such as a
   * model's external data: uploaded first, into the same folder; the desktop finds them where they are.
   */
  pathFor(file: File, onProgress?: (fraction: number) => void, companions?: readonly File[]): Promise<string>
  saveReport: SaveReport
  saveProject: SaveProject
  saveModel: SaveModel
}

/** Connects to the engine: by the desktop's bridge where there is one, else by a WebSocket to where the page came from. */
export async function connectWorkbench(): Promise<WorkbenchClient> {
  const bridge = findDesktopBridge()
  return bridge === undefined ? connectServed() : connectDesktop(bridge)
}

function connectDesktop(bridge: DesktopBridge): WorkbenchClient {
  const remote = remoteWorkbench(desktopLink(bridge))
  return {
    call: remote.call,
    subscribe: remote.subscribe,
    connection: { onChange: remote.onConnection },
    async pathFor(file, onProgress) {
      const path = bridge.pathOf(file)
      if (path === '')
        throw badInput(`"${file.name}" is not a file on this computer.`, 'Save it to disk first.')
      onProgress?.(1)
      return path
    },
    saveReport: saveWithDialog(remote.call),
    saveProject: saveProjectWithDialog(remote.call),
    saveModel: saveModelWithDialog(remote.call),
  }
}

async function connectServed(): Promise<WorkbenchClient> {
  const token = takeLaunchToken(window)
  if (token === undefined) throw refusedConnection()
  const baseUrl = new URL('.', window.location.href).href
  const socketUrl = new URL('socket', baseUrl)
  socketUrl.protocol = socketUrl.protocol === 'https:' ? 'wss:' : 'ws:'
  socketUrl.searchParams.set('token', token)
  const remote = remoteWorkbench(await connectSocketLink(socketUrl.href))
  return {
    call: remote.call,
    subscribe: remote.subscribe,
    connection: { onChange: remote.onConnection },
    pathFor: (file, onProgress, companions = []) =>
      uploadTogether(file, companions, { token, baseUrl }, onProgress),
    saveReport: saveAsDownload(remote.call),
    saveProject: saveProjectAsDownload(remote.call),
    saveModel: saveModelAsDownload({ token, baseUrl }),
  }
}

async function uploadTogether(
  file: File,
  companions: readonly File[],
  target: UploadTarget,
  onProgress: (fraction: number) => void = () => {},
): Promise<string> {
  const totalBytes = [file, ...companions].reduce((sum, { size }) => sum + size, 0)
  let doneBytes = 0
  let folder: string | undefined
  for (const companion of companions) {
    const progress = (fraction: number) => onProgress((doneBytes + fraction * companion.size) / totalBytes)
    folder = (await uploadFile(companion, target, progress, folder)).folder
    doneBytes += companion.size
  }
  const progress = (fraction: number) =>
    onProgress(totalBytes === 0 ? 1 : (doneBytes + fraction * file.size) / totalBytes)
  return (await uploadFile(file, target, progress, folder)).path
}
