import { app } from 'electron'
import type { EngineCommands } from '../contract/workbench-api.ts'

/** Tells the system what was opened, for the recent documents of its dock, taskbar or file manager. */
export function rememberDocuments(commands: EngineCommands): EngineCommands {
  return {
    ...commands,
    async openModel(params) {
      const model = await commands.openModel(params)
      app.addRecentDocument(model.path)
      return model
    },
    async openProject(params) {
      const project = await commands.openProject(params)
      app.addRecentDocument(project.path)
      return project
    },
    async saveProjectAs(params) {
      const project = await commands.saveProjectAs(params)
      app.addRecentDocument(project.path)
      return project
    },
  }
}
