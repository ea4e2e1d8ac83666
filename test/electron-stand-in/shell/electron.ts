/**
 * The module `electron`, as far as the shell uses it. Strict where Electron is: what comes too early or too late
 * throws, what cannot be cloned throws.
 */
import { mustBeReady } from './readiness.ts'
import { stage } from './stage-connection.ts'

export { app } from './app.ts'
export { Menu } from './menu.ts'
export { protocol } from './protocol.ts'
export { utilityProcess } from './utility-process.ts'
export { BrowserWindow, ipcMain } from './windows.ts'

/** Both dialogs can be given a window first. */
function optionsOf(args: unknown[]): unknown {
  return structuredClone(args.at(-1))
}

export const dialog = {
  async showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    mustBeReady('dialog')
    const answer = await stage.answerDialog('open', optionsOf(args))
    return { canceled: answer === null, filePaths: answer ?? [] }
  },
  async showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    mustBeReady('dialog')
    const answer = await stage.answerDialog('save', optionsOf(args))
    return { canceled: answer === null, filePath: answer?.[0] ?? '' }
  },
}

export const shell = {
  async openExternal(url: string): Promise<void> {
    stage.note('open-external', url)
  },
}

export const screen = {
  getAllDisplays() {
    mustBeReady('screen')
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }]
  },
}

export const nativeTheme = { shouldUseDarkColors: false }
