import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExperimentPreview } from '../../../../electron/contract/experiment.ts'
import { useDraft } from '../../../../renderer/stores/draft.ts'
import { useModels } from '../../../../renderer/stores/models.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { refusal, type FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleRun } from '../../../fixtures/plausible-workbench.ts'
import { withFakeClient } from './with-fake-client.ts'

const refused: ExperimentPreview = {
  problems: [{ field: 'batch', message: 'Batch size "0" is too small.', hint: 'Use 1 or more.' }],
}

describe('writing an experiment', () => {
  let client: FakeClient
  beforeEach(() => {
    vi.useFakeTimers()
    client = withFakeClient()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function openModel() {
    const draft = useDraft()
    draft.startFrom(await useModels().open('/models/resnet-lite.onnx'))
    await vi.advanceTimersByTimeAsync(200)
    return draft
  }
  const previews = () => client.calls.filter(({ name }) => name === 'previewExperiment')

  it('asks the engine once when typing pauses, with the text as it then is', async () => {
    const draft = await openModel()
    const before = previews().length
    for (const text of ['1', '1,', '1,2']) {
      draft.fields.batch = text
      await vi.advanceTimersByTimeAsync(50)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(previews()).toHaveLength(before + 1)
    expect(previews().at(-1)?.params).toMatchObject({ draft: { batch: '1,2' } })
  })

  it('says at the field what is wrong with it, and does not run', async () => {
    const draft = await openModel()
    client.answer('previewExperiment', () => refused)
    draft.fields.batch = '0'
    await vi.advanceTimersByTimeAsync(200)
    expect(draft.problemOf('batch')).toBe('Batch size "0" is too small. Use 1 or more.')
    expect(draft.problemOf('slo')).toBeUndefined()
    expect(draft.canRun).toBe(false)
  })

  it('drops an answer that was overtaken by a later one', async () => {
    const draft = await openModel()
    let answerFirst: (preview: ExperimentPreview) => void = () => {}
    client.answer('previewExperiment', () => new Promise((resolve) => (answerFirst = resolve)))
    draft.fields.batch = '0'
    await vi.advanceTimersByTimeAsync(200)
    client.answer('previewExperiment', () => ({ problems: [] }))
    draft.fields.batch = '8'
    await vi.advanceTimersByTimeAsync(200)
    answerFirst(refused)
    await vi.advanceTimersByTimeAsync(0)
    expect(draft.problems).toEqual([])
  })

  it('puts the problem of a free dimension at the one it names', async () => {
    const draft = await openModel()
    client.answer('previewExperiment', () => ({
      problems: [{ field: 'dims', message: 'Dimension "height": value "x" is not a whole number.' }],
    }))
    draft.fields.dims.height = 'x'
    await vi.advanceTimersByTimeAsync(200)
    expect(draft.problemOfDim('height')).toContain('"x"')
    expect(draft.problemOfDim('width')).toBeUndefined()
  })

  it('knows a preset by its rules, and that they became one’s own', async () => {
    const draft = await openModel()
    expect(draft.preset).toBe('standard')
    draft.usePreset('quick')
    expect(draft.preset).toBe('quick')
    draft.fields.maxTime = '1501'
    expect(draft.preset).toBeUndefined()
  })

  it('starts what was written and shows it live', async () => {
    const draft = await openModel()
    draft.usePreset('quick')
    await draft.startFromPage()
    const started = client.calls.find(({ name }) => name === 'startExperiment')
    expect(started?.params).toMatchObject({
      modelPath: '/models/resnet-lite.onnx',
      draft: { batch: 'auto', executions: '2', minTime: '300', maxTime: '1500' },
    })
    expect(useNavigation().page).toBe('live')
    expect(useNavigation().selected).toEqual({ projectId: 'project-1', experimentId: 'experiment-3' })
  })

  it('says beside the button why it could not start, and stays on the page', async () => {
    const draft = await openModel()
    useNavigation().go('experiment')
    client.answer('startExperiment', () => {
      throw refusal('Another experiment is running.', 'Stop it first.')
    })
    await draft.startFromPage()
    expect(draft.startFailure).toBe('Another experiment is running. Stop it first.')
    expect(useNavigation().page).toBe('experiment')
    expect(draft.isStarting).toBe(false)
  })

  it('cannot be run while another experiment runs', async () => {
    client.answer('currentRun', () => plausibleRun)
    const draft = await openModel()
    expect(draft.canRun).toBe(false)
  })

  it('forgets the dimensions of the last model and keeps how carefully to measure', async () => {
    const draft = await openModel()
    draft.usePreset('thorough')
    draft.fields.dims.height = '512'
    draft.startFrom(await useModels().open('/models/other.onnx'))
    expect(draft.fields.dims).toEqual({ height: '', width: '' })
    expect(draft.preset).toBe('thorough')
  })
})
