import { dialog } from 'electron'
import type { BrowserWindow, FileFilter } from 'electron'
import type { CommandParams, EntryCommands } from '../contract/workbench-api.ts'

const model: FileFilter = { name: 'ONNX model', extensions: ['onnx'] }
const project: FileFilter = { name: 'Batchscope project', extensions: ['batchscope'] }
const everything: FileFilter = { name: 'All files', extensions: ['*'] }

const openFilters: Record<CommandParams<'chooseFile'>['kind'], FileFilter[]> = {
  model: [model, everything],
  project: [project, everything],
  input: [{ name: 'NumPy array', extensions: ['npy', 'npz'] }, everything],
  any: [
    { name: 'ONNX model or Batchscope project', extensions: [...model.extensions, ...project.extensions] },
    everything,
  ],
}

const saveNames: Record<string, string> = {
  batchscope: project.name,
  onnx: model.name,
  pdf: 'PDF document',
  csv: 'CSV table',
  json: 'JSON document',
  md: 'Markdown document',
  png: 'PNG image',
}

/** The commands that need the desktop's windows. */
export function desktopCommands(currentWindow: () => BrowserWindow | undefined): EntryCommands {
  return {
    capabilities: async () => ({ entry: 'desktop', dialogs: true }),
    async chooseFile({ kind }) {
      const options = { properties: ['openFile' as const], filters: openFilters[kind] }
      const window = currentWindow()
      const { canceled, filePaths } = await (window === undefined
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options))
      return canceled ? null : (filePaths[0] ?? null)
    },
    async chooseSavePath({ suggestedName, extension }) {
      const filter = { name: saveNames[extension] ?? extension.toUpperCase(), extensions: [extension] }
      const options = { defaultPath: suggestedName, filters: [filter] }
      const window = currentWindow()
      const { canceled, filePath } = await (window === undefined
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options))
      return canceled || filePath === '' ? null : filePath
    },
  }
}
