import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BatchProbe } from '../../../../electron/contract/batch-probe.ts'
import { useBatchProbe } from '../../../../renderer/stores/batch-probe.ts'
import { useDraft } from '../../../../renderer/stores/draft.ts'
import { useModels } from '../../../../renderer/stores/models.ts'
import { refusal, type FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleRun } from '../../../fixtures/plausible-workbench.ts'
import { withFakeClient } from './with-fake-client.ts'

const ignores: BatchProbe = { verdict: 'ignores', tried: [2, 3], message: 'One stayed.', outputAxes: {} }

describe('verifying the batch axes of the open model', () => {
  let client: FakeClient
  beforeEach(() => {
    vi.useFakeTimers()
    client = withFakeClient()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function open(path = '/models/resnet-lite.onnx') {
    const probe = useBatchProbe()
    useDraft().startFrom(await useModels().open(path))
    await vi.advanceTimersByTimeAsync(0)
    return probe
  }
  const pause = () => vi.advanceTimersByTimeAsync(500)
  const asked = () => client.calls.filter(({ name }) => name === 'probeBatchAxes').map(({ params }) => params)

  it('happens by itself after a model was opened', async () => {
    const probe = await open()
    expect(probe.current).toEqual({ state: 'checking' })
    await pause()
    expect(asked()).toEqual([{ path: '/models/resnet-lite.onnx' }])
    expect(probe.current).toMatchObject({ state: 'known', probe: { verdict: 'follows' } })
  })

  it('happens once more, when choosing pauses, with the axes as they then are', async () => {
    const probe = await open()
    await pause()
    client.answer('probeBatchAxes', () => ignores)
    for (const axis of ['1', '2', 'none']) {
      useDraft().fields.batchAxes.pixels = axis
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(probe.current).toEqual({ state: 'checking' })
    await pause()
    expect(asked().slice(1)).toEqual([{ path: '/models/resnet-lite.onnx', batchAxes: ['pixels=none'] }])
    expect(probe.current).toEqual({ state: 'known', probe: ignores })
  })

  it('remembers what it found for axes that were chosen before', async () => {
    const probe = await open()
    await pause()
    useDraft().fields.batchAxes.pixels = '1'
    await pause()
    useDraft().fields.batchAxes.pixels = '0'
    await vi.advanceTimersByTimeAsync(0)
    expect(probe.current).toMatchObject({ state: 'known' })
    await pause()
    expect(asked()).toHaveLength(2)
  })

  it('drops an answer about axes that were changed meanwhile', async () => {
    const probe = await open()
    let answerFirst: (answer: BatchProbe) => void = () => {}
    client.answer('probeBatchAxes', () => new Promise((resolve) => (answerFirst = resolve)))
    await pause()
    client.answer('probeBatchAxes', () => ignores)
    useDraft().fields.batchAxes.pixels = 'none'
    await pause()
    answerFirst({ ...ignores, verdict: 'refuses' })
    await vi.advanceTimersByTimeAsync(0)
    expect(probe.current).toEqual({ state: 'known', probe: ignores })
  })

  it('runs nothing for a batch that is fixed, and says what the file says', async () => {
    const probe = await open('/models/detector-fixed.onnx')
    await pause()
    expect(asked()).toEqual([])
    expect(probe.current).toMatchObject({
      state: 'known',
      probe: { verdict: 'fixed', message: expect.stringContaining('fixed at 1') },
    })
  })

  it('takes axes that were found to work, and verifies them', async () => {
    client.answer('probeBatchAxes', () => ({ ...ignores, verdict: 'follows', batchAxes: ['pixels=2'] }))
    const probe = await open()
    await pause()
    client.answer('probeBatchAxes', () => ({ ...ignores, verdict: 'follows' }))
    probe.useFoundAxes()
    expect(useDraft().fields.batchAxes).toEqual({ pixels: '2', threshold: 'none' })
    await pause()
    expect(asked().at(-1)).toMatchObject({ batchAxes: ['pixels=2'] })
    expect(probe.current).toMatchObject({ state: 'known', probe: { verdict: 'follows' } })
  })

  it('waits while an experiment is measured', async () => {
    client = withFakeClient({ currentRun: () => plausibleRun })
    const probe = await open()
    await pause()
    expect(probe.current).toEqual({ state: 'held' })
    expect(asked()).toEqual([])
  })

  it('says why it could not be asked, and asks again when told to', async () => {
    client.answer('probeBatchAxes', () => {
      throw refusal('No process could be started.')
    })
    const probe = await open()
    await pause()
    expect(probe.current).toMatchObject({ state: 'failed', failure: { message: expect.any(String) } })
    client.answer('probeBatchAxes', () => ignores)
    probe.again()
    await vi.advanceTimersByTimeAsync(0)
    expect(probe.current).toEqual({ state: 'known', probe: ignores })
  })
})
