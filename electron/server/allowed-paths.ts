import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { BatchscopeError } from '../contract/failure.ts'
import type { CommandParams, EngineCommands } from '../contract/workbench-api.ts'
import { inputPaths } from '../engine/experiment/draft-inputs.ts'
import { readVariants } from '../engine/experiment/draft-variants.ts'

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

  /** All models and inputs of an experiment. */
  async function checkExperiment(projectId: string, experimentId: string): Promise<void> {
    const project = (await commands.openProjects({})).find(({ id }) => id === projectId)
    const experiment = project?.experiments.find(({ id }) => id === experimentId)
    const checkModel = async (wanted: string | undefined) => {
      const model = project?.models.find(({ sha256 }) => sha256 === wanted)
      if (model === undefined) return
      await readable(model.path)
      // A made model that is gone is made again from this one.
      if (model.derivation !== undefined) await readable(model.derivation.from.path)
    }
    await checkModel(experiment?.modelSha256)
    const { spec } = await commands.analyse({ projectId, experimentId })
    for (const { modelSha256 } of spec.factors.variants ?? []) await checkModel(modelSha256)
    for (const { path } of Object.values(spec.inputs ?? {})) await readable(path)
  }

  /** A model, and the models and inputs that a draft for it names. */
  async function checkDraft({
    modelPath,
    draft,
  }: Pick<CommandParams<'previewExperiment'>, 'modelPath' | 'draft'>): Promise<void> {
    await readable(modelPath)
    const variants = readVariants(filled(draft.variants))
    for (const variant of variants.ok ? variants.value : []) {
      if ('path' in variant) await readable(variant.path)
    }
    const inputs = filled(draft.inputs)
    // Which part of a text is the path depends on the names of the model's inputs.
    if (inputs.length === 0) return
    for (const path of inputPaths(inputs, await commands.openModel({ path: modelPath }))) await readable(path)
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
    async probeBatchAxes(params) {
      await readable(params.path)
      return commands.probeBatchAxes(params)
    },
    async makeModel(params) {
      await readable(params.path)
      return commands.makeModel(params)
    },
    async saveModelAs(params) {
      await readable(params.sourcePath)
      await writable(params.path)
      return commands.saveModelAs(params)
    },
    async previewExperiment(params) {
      await checkDraft(params)
      return commands.previewExperiment(params)
    },
    async startExperiment(params) {
      await checkDraft(params)
      return commands.startExperiment(params)
    },
    async resumeExperiment(params) {
      await checkExperiment(params.projectId, params.experimentId)
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

function filled(texts: readonly string[] | undefined): string[] {
  return (texts ?? []).map((text) => text.trim()).filter((text) => text !== '')
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
