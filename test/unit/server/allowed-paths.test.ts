import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelDescription } from '../../../electron/contract/model.ts'
import type { ProjectSummary } from '../../../electron/contract/project.ts'
import type { CommandResult } from '../../../electron/contract/workbench-api.ts'
import { restrictPaths } from '../../../electron/server/allowed-paths.ts'
import { inMemoryWorkbench } from '../../contract/in-memory-workbench.ts'
import type { InMemoryWorkbench } from '../../contract/in-memory-workbench.ts'

describe('restrictPaths', () => {
  let root: string
  let samples: string
  let data: string
  let elsewhere: string
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'batchscope-allowed-')))
    ;[samples, data, elsewhere] = ['samples', 'data', 'elsewhere'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ]
    for (const folder of [samples, data, elsewhere]) {
      await mkdir(folder)
      await writeFile(join(folder, 'model.onnx'), '')
    }
  })
  afterEach(() => rm(root, { recursive: true }))

  function restricted(workbench: InMemoryWorkbench) {
    return restrictPaths(workbench.commands, { read: [samples], write: [data] })
  }

  /** The commands that got past the check. */
  async function passed(run: (commands: ReturnType<typeof restricted>) => Promise<unknown>) {
    const workbench = inMemoryWorkbench()
    let code: unknown
    await run(restricted(workbench)).catch((error) => (code = error.failure.code))
    return code === 'forbidden' ? 'forbidden' : workbench.calls.at(-1)?.name
  }

  it('lets models in both kinds of folders be opened, as they were named', async () => {
    for (const folder of [samples, data]) {
      const workbench = inMemoryWorkbench()
      const path = join(folder, 'model.onnx')
      await restricted(workbench)
        .openModel({ path })
        .catch(() => {})
      expect(workbench.calls).toEqual([{ name: 'openModel', params: { path } }])
    }
  })

  it('holds both sides of a comparison to the folders, and lets experiments of open projects through', async () => {
    const inProject = { projectId: 'p', experimentId: 'e' }
    const [inside, outside] = [samples, elsewhere].map((folder) => ({ path: join(folder, 'model.onnx') }))
    if (inside === undefined || outside === undefined) throw new Error('no folders')
    expect(await passed((c) => c.compareExperiments({ before: inProject, after: inside }))).toBe(
      'compareExperiments',
    )
    expect(await passed((c) => c.compareExperiments({ before: outside, after: inProject }))).toBe('forbidden')
    expect(await passed((c) => c.compareExperiments({ before: inside, after: outside }))).toBe('forbidden')
  })

  it('leaves it to the engine to say that an allowed path is not there', async () => {
    expect(await passed((c) => c.openModel({ path: join(data, 'no', 'such.onnx') }))).toBe('openModel')
  })

  it.each([
    ['a path elsewhere', () => join(elsewhere, 'model.onnx')],
    ['a way out', () => `${data}/../elsewhere/model.onnx`],
    ['a folder whose name begins alike', () => `${data}-other/model.onnx`],
    ['the folder above', () => root],
    ['a relative path', () => 'model.onnx'],
  ])('forbids %s, everywhere a path is taken', async (_what, path) => {
    const draft = {}
    expect(await passed((c) => c.openModel({ path: path() }))).toBe('forbidden')
    expect(await passed((c) => c.openProject({ path: path() }))).toBe('forbidden')
    expect(await passed((c) => c.createProject({ path: path() }))).toBe('forbidden')
    expect(await passed((c) => c.saveProjectAs({ projectId: '1', path: path() }))).toBe('forbidden')
    expect(await passed((c) => c.previewExperiment({ modelPath: path(), draft }))).toBe('forbidden')
    expect(await passed((c) => c.startExperiment({ modelPath: path(), draft }))).toBe('forbidden')
    expect(await passed((c) => c.probeBatchAxes({ path: path() }))).toBe('forbidden')
    expect(await passed((c) => c.makeModel({ path: path(), kind: 'fp16' }))).toBe('forbidden')
    const model = join(data, 'model.onnx')
    expect(await passed((c) => c.saveModelAs({ sourcePath: path(), path: model }))).toBe('forbidden')
    expect(await passed((c) => c.saveModelAs({ sourcePath: model, path: path() }))).toBe('forbidden')
    const variants = [`other=${path()}`]
    expect(await passed((c) => c.startExperiment({ modelPath: model, draft: { variants } }))).toBe(
      'forbidden',
    )
    const report = { projectId: '1', experimentId: '1', format: 'pdf' as const, path: path() }
    expect(await passed((c) => c.saveReport(report))).toBe('forbidden')
  })

  it('follows symbolic links before it decides', async () => {
    await symlink(elsewhere, join(data, 'link'))
    expect(await passed((c) => c.openModel({ path: join(data, 'link', 'model.onnx') }))).toBe('forbidden')
    expect(await passed((c) => c.createProject({ path: join(data, 'link', 'new.batchscope') }))).toBe(
      'forbidden',
    )
  })

  it('does not write where it may only read', async () => {
    expect(await passed((c) => c.createProject({ path: join(samples, 'new.batchscope') }))).toBe('forbidden')
  })

  it('opens again what was opened before, wherever it lies', async () => {
    const path = join(elsewhere, 'mine.batchscope')
    const workbench = inMemoryWorkbench({
      recentProjects: async () => [{ path, name: 'mine', opened: '2026-01-01T00:00:00Z' }],
    })
    await restricted(workbench)
      .openProject({ path })
      .catch(() => {})
    expect(workbench.calls.at(-1)?.name).toBe('openProject')
  })

  it('does not resume an experiment whose project names a model elsewhere', async () => {
    const model = { sha256: 'abc', path: join(elsewhere, 'model.onnx') }
    const project = { id: 'p', models: [model], experiments: [{ id: 'e', modelSha256: 'abc' }] }
    const workbench = inMemoryWorkbench({ openProjects: async () => [project as unknown as ProjectSummary] })
    await expect(
      restricted(workbench).resumeExperiment({ projectId: 'p', experimentId: 'e' }),
    ).rejects.toMatchObject({ failure: { code: 'forbidden' } })
  })

  it('does not make a model again from one elsewhere, whatever a project says', async () => {
    const derivation = { kind: 'dynamic', from: { path: join(elsewhere, 'model.onnx') } }
    const model = { sha256: 'abc', path: join(data, 'models', 'gone.onnx'), derivation }
    const project = { id: 'p', models: [model], experiments: [{ id: 'e', modelSha256: 'abc' }] }
    const workbench = inMemoryWorkbench({
      openProjects: async () => [project as unknown as ProjectSummary],
      analyse: async () => ({ spec: { factors: {} } }) as unknown as CommandResult<'analyse'>,
    })
    await expect(
      restricted(workbench).resumeExperiment({ projectId: 'p', experimentId: 'e' }),
    ).rejects.toMatchObject({ failure: { code: 'forbidden' } })
  })

  it('holds the values that a draft or a project names for inputs to the folders', async () => {
    const inputs = [{ name: 'x' }, { name: 'x=1' }]
    const project = { id: 'p', models: [], experiments: [{ id: 'e', modelSha256: 'abc' }] }
    const spec = { factors: {}, inputs: { x: { path: join(elsewhere, 'x.npy') } } }
    const workbench = inMemoryWorkbench({
      openModel: async () => ({ inputs }) as unknown as ModelDescription,
      previewExperiment: async () => ({ problems: [] }),
      openProjects: async () => [project as unknown as ProjectSummary],
      analyse: async () => ({ spec }) as unknown as CommandResult<'analyse'>,
    })
    const commands = restricted(workbench)
    const preview = (text: string) =>
      commands.previewExperiment({ modelPath: join(data, 'model.onnx'), draft: { inputs: [text] } })
    await expect(preview(`x=${join(data, 'x.npy')}`)).resolves.toEqual({ problems: [] })
    const forbidden = { failure: { code: 'forbidden' } }
    for (const text of [
      'x=x.npy',
      'x=x.npz:y',
      `x=1=${join(elsewhere, 'x.npz')}:y`,
      join(elsewhere, 'x.npz'),
    ])
      await expect(preview(text)).rejects.toMatchObject(forbidden)
    await expect(commands.resumeExperiment({ projectId: 'p', experimentId: 'e' })).rejects.toMatchObject(
      forbidden,
    )
  })
})
