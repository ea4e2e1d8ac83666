import { beforeEach, describe, expect, it } from 'vitest'
import { useDraft } from '../../../../renderer/stores/draft.ts'
import { useModels } from '../../../../renderer/stores/models.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useOpening } from '../../../../renderer/stores/opening.ts'
import { useOwnInputs } from '../../../../renderer/stores/own-inputs.ts'
import type { FakeClient } from '../../../fixtures/fake-client.ts'
import { withFakeClient } from './with-fake-client.ts'

const file = (name: string) => new File(['content'], name)

describe("feeding the user's own values", () => {
  let client: FakeClient
  beforeEach(() => {
    client = withFakeClient()
  })

  async function openModel(path = '/models/resnet-lite.onnx') {
    useDraft().startFrom(await useModels().open(path))
    return useOwnInputs()
  }

  it('takes the file that was chosen in the desktop by its path', async () => {
    client = withFakeClient({
      capabilities: () => ({ entry: 'desktop', dialogs: true }),
      chooseFile: () => 'C:\\data\\images.npy',
    })
    const own = await openModel()
    await own.choose('pixels')
    expect(client.calls.find(({ name }) => name === 'chooseFile')?.params).toEqual({ kind: 'input' })
    expect(own.valuesOf('pixels')?.path).toBe('C:\\data\\images.npy')
  })

  it('refuses a file that is no array, at its input, and keeps what was there', async () => {
    client = withFakeClient({
      capabilities: () => ({ entry: 'desktop', dialogs: true }),
      chooseFile: () => '/data/cat.jpg',
    })
    const own = await openModel()
    own.use('pixels', { path: '/data/old.npy', name: 'old.npy' })
    await own.choose('pixels')
    expect(own.failure).toMatchObject({ input: 'pixels', text: expect.stringContaining('"cat.jpg"') })
    expect(own.valuesOf('pixels')?.path).toBe('/data/old.npy')
  })

  it('leaves out a file for an input of a model that is no longer open', async () => {
    client = withFakeClient({
      capabilities: () => ({ entry: 'desktop', dialogs: true }),
      chooseFile: async () => {
        await openModel('/models/detector-fixed.onnx')
        return '/data/images.npy'
      },
    })
    const own = await openModel()
    await own.choose('pixels')
    expect(useModels().current?.inputs.map(({ name }) => name)).not.toContain('pixels')
    expect(useDraft().fields.inputs).toEqual([])
  })

  it('gives a dropped array to the only input at once', async () => {
    const own = await openModel('/models/detector-fixed.onnx')
    await useOpening().dropFiles([file('frames.npy')])
    expect(own.valuesOf('images')?.path).toBe('/uploads/frames.npy')
    expect(useNavigation().page).toBe('model')
  })

  it('asks which input a dropped array is for, where there are several', async () => {
    const own = await openModel()
    await useOpening().dropFiles([file('values.npz')])
    expect(useDraft().fields.inputs).toEqual([])
    expect(own.targets.map(({ value }) => value)).toEqual(['', 'pixels', 'threshold'])
    if (own.offered !== null) own.use(null, own.offered)
    expect(own.offered).toBeNull()
    expect(useDraft().fields.inputs).toEqual([{ input: null, path: '/uploads/values.npz', entry: '' }])
  })

  it('keeps one file for each input, and none beside a file for all', async () => {
    const own = await openModel()
    own.use('pixels', { path: '/a.npy', name: 'a.npy' })
    own.use('threshold', { path: '/t.npy', name: 't.npy' })
    own.use('pixels', { path: '/b.npy', name: 'b.npy' })
    expect(useDraft().fields.inputs.map(({ path }) => path)).toEqual(['/t.npy', '/b.npy'])
    own.use(null, { path: '/all.npz', name: 'all.npz' })
    expect(useDraft().fields.inputs.map(({ path }) => path)).toEqual(['/all.npz'])
    own.use('pixels', { path: '/c.npy', name: 'c.npy' })
    expect(useDraft().fields.inputs.map(({ path }) => path)).toEqual(['/c.npy'])
    own.clear('pixels')
    expect(useDraft().fields.inputs).toEqual([])
  })

  it('says at the start that a model has to be opened first', async () => {
    await useOpening().dropFiles([file('frames.npy')])
    expect(useOpening().failure?.message).toContain('"frames.npy"')
    expect(client.uploads).toEqual([])
  })
})
