import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExperimentDraft } from '../../electron/contract/experiment.ts'
import type { Workbench } from '../../electron/engine/workbench.ts'
import { halfModel, scaledModel } from '../fixtures/variant-models.ts'
import { openWorkbench, untilOver } from './real-workbench.ts'

/** Real inference, but as short as the rules allow. */
const brief: ExperimentDraft = {
  minTime: '20',
  maxTime: '40',
  warmupTime: '10',
  executions: '1',
  batch: '1,4',
}

let folder: string
let workbench: Workbench
const model = (name: string) => join(folder, name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-variants-'))
  workbench = openWorkbench(folder)
  await writeFile(model('full.onnx'), scaledModel(1))
  await writeFile(model('half.onnx'), halfModel())
  await writeFile(model('tripled.onnx'), scaledModel(3, { output: 'renamed' }))
})
afterEach(async () => {
  await workbench.shutdown()
  await rm(folder, { recursive: true, force: true })
})

const draft = { ...brief, variants: [() => model('half.onnx'), () => `x3=${model('tripled.onnx')}`] }
const drafted = (): ExperimentDraft => ({ ...draft, variants: draft.variants.map((path) => path()) })

describe('an experiment with variants', () => {
  it('measures each beside the reference, and tells how far its outputs lie off', async () => {
    const over = untilOver(workbench)
    const started = await workbench.commands.startExperiment({
      modelPath: model('full.onnx'),
      draft: drafted(),
    })
    const events = await over
    const { analysis, spec } = await workbench.commands.analyse(started)

    expect(spec.factors.variants?.map(({ name }) => name)).toEqual(['half', 'x3'])
    expect(analysis.series.map(({ label }) => label)).toEqual(['cpu, reference', 'cpu, half', 'cpu, x3'])
    expect(analysis.trials.map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'))

    const drifts = new Map(
      analysis.trials.map(({ config, outputDrift }) => [
        `${config.variant ?? 'reference'} ${config.batchSize}`,
        outputDrift?.[0],
      ]),
    )
    expect(drifts.get('reference 4')).toBeUndefined()
    // Rounding to half precision is at most half of the last of 11 bits: a relative error of 2^-11.
    const half = drifts.get('half 4')
    expect(half).toMatchObject({ output: 'y', elements: 32, ofElements: 32, notFinite: 0, top1Agreement: 1 })
    expect(half?.relative).toBeGreaterThan(2 ** -15)
    expect(half?.relative).toBeLessThan(2 ** -11)
    // |3 r - r| / |r|, in the same direction; the output of another name is taken by its place.
    expect(drifts.get('x3 1')?.relative).toBeCloseTo(2, 6)
    expect(drifts.get('x3 4')?.cosine).toBeCloseTo(1, 6)

    expect(analysis.variants?.map(({ variant, outputs }) => [variant, outputs])).toEqual([
      [undefined, 'reference'],
      ['half', 'close'],
      ['x3', 'apart'],
    ])
    const bestTrials = new Set(analysis.recommendations.map(({ trialId }) => trialId))
    const recommended = analysis.trials.filter(({ id }) => bestTrials.has(id))
    expect(recommended.map(({ config }) => config.variant)).not.toContain('x3')

    const said = events.flatMap((event) => event.decisions ?? [])
    expect(said).toContain('Comparing the outputs of half with those of the reference.')
    const [project] = await workbench.commands.openProjects({})
    expect(project?.models.map(({ name }) => name)).toEqual(['full.onnx', 'half.onnx', 'tripled.onnx'])

    const json: unknown = JSON.parse(
      (await workbench.commands.renderReport({ ...started, format: 'json' })).content,
    )
    expect(json).toMatchObject({ variants: [{ name: 'half' }, { name: 'x3' }] })
  })

  it('goes on where it was interrupted, with the outputs still to be compared', async () => {
    const sawComparing = untilOver(workbench, ({ decisions = [] }) => {
      if (decisions.some((said) => said.startsWith('Comparing'))) void workbench.shutdown()
    })
    const path = join(folder, 'kept.batchscope')
    const { id: projectId } = await workbench.commands.createProject({ path })
    const { experimentId } = await workbench.commands.startExperiment({
      ...{ modelPath: model('full.onnx'), draft: drafted(), projectId },
    })
    await sawComparing
    await workbench.shutdown()

    workbench = openWorkbench(folder)
    const again = await workbench.commands.openProject({ path })
    expect(again.experiments).toMatchObject([{ state: 'interrupted' }])
    const over = untilOver(workbench)
    await workbench.commands.resumeExperiment({ projectId: again.id, experimentId })
    await over
    const { analysis } = await workbench.commands.analyse({ projectId: again.id, experimentId })
    const compared = analysis.trials.filter(({ outputDrift }) => outputDrift !== undefined)
    expect(compared).toHaveLength(4)
    expect(analysis.trials.every(({ executions }) => executions === 1)).toBe(true)
  })

  it('refuses to go on with another file in place of a variant', async () => {
    const over = untilOver(workbench, ({ trials = [] }) => {
      if (trials.some(({ executionsDone }) => executionsDone > 0)) void workbench.shutdown()
    })
    const path = join(folder, 'kept.batchscope')
    const { id: projectId } = await workbench.commands.createProject({ path })
    const { experimentId } = await workbench.commands.startExperiment({
      ...{ modelPath: model('full.onnx'), draft: drafted(), projectId },
    })
    await over
    await workbench.shutdown()
    await writeFile(model('half.onnx'), scaledModel(2))
    workbench = openWorkbench(folder)
    const again = await workbench.commands.openProject({ path })
    await expect(
      workbench.commands.resumeExperiment({ projectId: again.id, experimentId }),
    ).rejects.toMatchObject({
      failure: { message: `${model('half.onnx')} is no longer the model that this experiment measured.` },
    })
  })

  it('says before it begins what is wrong with a variant', async () => {
    await writeFile(model('other.onnx'), scaledModel(1, { input: 'pixels' }))
    await writeFile(model('single.onnx'), scaledModel(1, { batch: 1 }))
    const problemsOf = async (variant: string) => {
      const preview = { modelPath: model('full.onnx'), draft: { ...brief, variants: [variant] } }
      return (await workbench.commands.previewExperiment(preview)).problems
    }
    expect(await problemsOf(model('other.onnx'))).toEqual([
      {
        field: 'variants',
        message: 'Variant "other" has no input "x", as the reference has.',
        hint: 'Its inputs are pixels.',
      },
    ])
    expect(await problemsOf(model('single.onnx'))).toMatchObject([
      {
        message: 'Input "x" of variant "single" has size 1 along axis 0, and the reference is fed 4 there.',
      },
    ])
    expect(await problemsOf(model('missing.onnx'))).toMatchObject([
      { field: 'variants', message: expect.stringContaining('Variant "missing": ') as string },
    ])
  })
})
