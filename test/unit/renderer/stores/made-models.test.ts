import { beforeEach, describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import type { ModelDescription } from '../../../../electron/contract/model.ts'
import { useBatchVerdict } from '../../../../renderer/stores/batch-verdict.ts'
import { useDraft } from '../../../../renderer/stores/draft.ts'
import { useMadeModels } from '../../../../renderer/stores/made-models.ts'
import { useModels } from '../../../../renderer/stores/models.ts'
import type { FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleFixedModel, plausibleModel } from '../../../fixtures/plausible-workbench.ts'
import { settle, withFakeClient } from './with-fake-client.ts'

const fixedPath = '/models/detector-fixed.onnx'

describe('setting a fixed batch free', () => {
  let client: FakeClient
  beforeEach(() => {
    client = withFakeClient()
  })

  async function openFixed() {
    useDraft().startFrom(await useModels().open(fixedPath))
    return useMadeModels()
  }

  it('opens the made model in place of the original, and keeps what was typed', async () => {
    const made = await openFixed()
    const draft = useDraft()
    draft.fields.batch = '1,2,4'
    draft.fields.slo = 'p99<=20ms'
    draft.fields.variants = [{ kind: 'fp16' }]
    draft.fields.inputs = [
      { input: 'pixels', path: '/v.npy', entry: '' },
      { input: 'gone', path: '/g.npy', entry: '' },
    ]
    await made.setBatchFree()
    expect(client.calls.find(({ name }) => name === 'makeModel')?.params).toEqual({
      path: fixedPath,
      kind: 'dynamic',
    })
    expect(useModels().current?.derivation?.from.path).toBe(fixedPath)
    expect(draft.fields).toMatchObject({
      batch: '1,2,4',
      slo: 'p99<=20ms',
      variants: [{ kind: 'fp16' }],
      inputs: [{ input: 'pixels' }],
      batchAxes: { pixels: '0' },
    })
  })

  it('shows in place why it cannot be done, and leaves the original open', async () => {
    client.answer('makeModel', () => {
      throw new BatchscopeError({
        code: 'not-convertible',
        message: 'Node "reshape_7" stands in the way.',
        owner: 'model',
      })
    })
    const made = await openFixed()
    await made.setBatchFree()
    expect(useModels().current?.path).toBe(fixedPath)
    expect(useBatchVerdict().verdict).toMatchObject({
      title: 'The batch could not be set free',
      text: 'Node "reshape_7" stands in the way.',
    })
    // The same model would be refused again.
    expect(useBatchVerdict().verdict).not.toHaveProperty('offer')
  })

  it('does not take a person away from another model that was opened meanwhile', async () => {
    let finish: (model: ModelDescription) => void = () => {}
    client.answer('makeModel', () => new Promise((resolve) => (finish = resolve)))
    const made = await openFixed()
    const making = made.setBatchFree()
    await settle()
    expect(useBatchVerdict().verdict.tone).toBe('busy')
    await useModels().open('/models/resnet-lite.onnx')
    finish({ ...plausibleModel, path: '/data/made.onnx' })
    await making
    expect(useModels().current?.path).toBe('/models/resnet-lite.onnx')
  })

  it('goes back to the original, and does not make it twice', async () => {
    const made = await openFixed()
    await made.setBatchFree()
    await made.backToOriginal()
    expect(useModels().current).toMatchObject({ path: fixedPath, inputs: plausibleFixedModel.inputs })
    await made.setBatchFree()
    expect(useModels().current?.derivation).toBeDefined()
    expect(client.count('makeModel')).toBe(1)
  })

  it('finds the original of a made model that was opened from a file', async () => {
    const made = await openFixed()
    await made.setBatchFree()
    const opened = useModels().current
    client = withFakeClient()
    if (opened !== null) useModels().show(opened)
    await useMadeModels().backToOriginal()
    expect(client.calls.find(({ name }) => name === 'openModel')?.params).toEqual({ path: fixedPath })
  })

  it('saves the made model with the files of its external data', async () => {
    const made = await openFixed()
    client.answer('makeModel', () => ({
      ...plausibleModel,
      name: 'free.onnx',
      path: '/data/free.onnx',
      externalData: [{ path: '/data/free.onnx.data', bytes: 7 }],
    }))
    await made.setBatchFree()
    expect(await made.save()).toBe('free.onnx')
    expect(client.savedModels).toEqual([
      { path: '/data/free.onnx', suggestedName: 'free.onnx', companions: ['/data/free.onnx.data'] },
    ])
  })
})
