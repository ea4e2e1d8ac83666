import { defineStore } from 'pinia'
import { pickFiles } from './pick-file.ts'
import { toFailure } from '../../electron/contract/failure.ts'
import { useConnection } from './connection.ts'
import { useOpening } from './opening.ts'

/** Asking for a file to open: with the system's own dialog in the desktop, with the browser's when served. */
export const useDialogs = defineStore('dialogs', () => {
  const connection = useConnection()
  const opening = useOpening()

  async function open(kind: 'model' | 'project', accept: string): Promise<void> {
    // The desktop's menu is there before the page knows what it may ask for.
    await connection.whenKnown()
    if (connection.capabilities?.dialogs !== true) {
      await opening.openFiles(await pickFiles(accept, kind === 'model'))
      return
    }
    try {
      const path = await connection.client.call('chooseFile', { kind })
      if (path !== null) await opening.openPath(path)
    } catch (error) {
      opening.refuse(toFailure(error))
    }
  }

  /** A model may be picked together with the files of its external data, so the browser is not told to filter. */
  const openModel = () => open('model', '')
  const openProject = () => open('project', '.batchscope')

  return { openModel, openProject }
})
