import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { BatchscopeError } from '../contract/failure.ts'
import type { EngineCommands } from '../contract/workbench-api.ts'

/** Folders that a served page may use. */
export interface AllowedFolders {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

/**
 * Commands for a page in a browser: every path that they read or write must lie in a folder that allows it, after
 * symbolic links are followed. What the user opened before (the recent projects) may be opened again; the model of a
 * project must lie in the folders like any other, because a project file can be made by anybody.
 */
export function restrictPaths(commands: EngineCommands, folders: AllowedFolders): EngineCommands {
  const readable = createCheck([...folders.read, ...folders.write])
  const writable = createCheck(folders.write)

  async function checkProject(path: string): Promise<void> {
    const recent = await commands.recentProjects({})
    if (!recent.some((project) => project.path === path)) await readable(path)
  }

  async function checkExperimentModel(projectId: string, experimentId: string): Promise<void> {
    const project = (await commands.openProjects({})).find(({ id }) => id === projectId)
    const experiment = project?.experiments.find(({ id }) => id === experimentId)
    const model = project?.models.find(({ sha256 }) => sha256 === experiment?.modelSha256)
    if (model !== undefined) await readable(model.path)
  }

  return {
    ...commands,
    async openModel(params) {
      await readable(params.path)
      return commands.openModel(params)
    },
    async openProject(params) {
      await checkProject(params.path)
      return commands.openProject(params)
    },
    async createProject(params) {
      if (params.path !== undefined) await writable(params.path)
      return commands.createProject(params)
    },
    async saveProjectAs(params) {
      await writable(params.path)
      return commands.saveProjectAs(params)
    },
    async previewExperiment(params) {
      await readable(params.modelPath)
      return commands.previewExperiment(params)
    },
    async startExperiment(params) {
      await readable(params.modelPath)
      return commands.startExperiment(params)
    },
    async resumeExperiment(params) {
      await checkExperimentModel(params.projectId, params.experimentId)
      return commands.resumeExperiment(params)
    },
    async compareExperiments(params) {
      for (const source of [params.before, params.after]) if ('path' in source) await readable(source.path)
      return commands.compareExperiments(params)
    },
    async saveReport(params) {
      await writable(params.path)
      return commands.saveReport(params)
    },
  }
}

function createCheck(folders: readonly string[]): (path: string) => Promise<void> {
  const roots = Promise.all(folders.map((folder) => followLinks(resolve(folder))))
  return async (path) => {
    const real = await followLinks(resolve(path))
    if (!(await roots).some((root) => isInside(real, root))) throw outside(path)
  }
}

/** The path without symbolic links; of what is not there yet, as far as it is there. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await followLinks(parent), basename(path))
  }
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way))
}

function outside(path: string): BatchscopeError {
  return new BatchscopeError({
    code: 'forbidden',
    message: `"${path}" lies outside the folders that this workbench may use.`,
    hint: 'Drop the file into the page, or start Batchscope with --allow and its folder.',
    owner: 'user',
  })
}
