import { beforeEach, describe, expect, it } from 'vitest'
import { useDraft } from '../../../../renderer/stores/draft.ts'
import { freeName, variantName } from '../../../../renderer/stores/model-choices.ts'
import { useModels } from '../../../../renderer/stores/models.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useOpening } from '../../../../renderer/stores/opening.ts'
import { useVariants } from '../../../../renderer/stores/variants.ts'
import { refusal, type FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleFixedModel } from '../../../fixtures/plausible-workbench.ts'
import { withFakeClient } from './with-fake-client.ts'

const file = (name: string) => new File(['content'], name)

describe('variants beside the open model', () => {
  let client: FakeClient
  beforeEach(() => {
    client = withFakeClient()
  })

  async function openModel() {
    useDraft().startFrom(await useModels().open('/models/resnet-lite.onnx'))
    return useVariants()
  }

  it('are models dropped on the Experiment page; elsewhere such a model is opened', async () => {
    const variants = await openModel()
    useNavigation().go('experiment')
    await useOpening().dropFiles([file('pruned.onnx'), file('pruned.onnx.data')])
    expect(useModels().current?.name).toBe('resnet-lite.onnx')
    expect(variants.rows).toMatchObject([{ name: 'pruned', model: { name: 'pruned.onnx' } }])
    expect(useDraft().fields.variants).toEqual([{ name: 'pruned', path: '/uploads/pruned.onnx' }])

    useNavigation().go('model')
    await useOpening().dropFiles([file('other.onnx')])
    expect(useModels().current?.name).toBe('other.onnx')
  })

  it('have names of their own', async () => {
    const variants = await openModel()
    useNavigation().go('experiment')
    for (const name of ['resnet-lite.onnx', 'resnet-lite.onnx', 'FP16.onnx']) {
      await useOpening().dropFiles([file(name)])
    }
    expect(variants.rows.map(({ name }) => name)).toEqual(['resnet-lite 2', 'resnet-lite 3', 'FP16 2'])
  })

  it('are not added to a model that was opened meanwhile', async () => {
    const variants = await openModel()
    client.answer('openModel', ({ path }) => {
      useModels().show(plausibleFixedModel)
      return { ...plausibleFixedModel, path }
    })
    await variants.take([file('pruned.onnx')])
    expect(variants.rows).toEqual([])
    expect(variants.pending).toBeNull()
  })

  it('that cannot be read are refused there, and not listed', async () => {
    const variants = await openModel()
    client.answer('openModel', () => {
      throw refusal('"broken.onnx" is cut off.')
    })
    await variants.take([file('broken.onnx')])
    expect(variants.failure).toBe('"broken.onnx" is cut off.')
    expect(variants.rows).toEqual([])
    expect(variants.pending).toBeNull()
  })

  it('can be made at the start, or now to see how large they get', async () => {
    const variants = await openModel()
    variants.toggle('fp16')
    expect(variants.rows).toMatchObject([{ name: 'FP16', model: undefined, making: undefined }])
    expect(client.count('makeModel')).toBe(0)
    await variants.makeNow('fp16')
    expect(client.calls.at(-1)?.params).toEqual({ path: '/models/resnet-lite.onnx', kind: 'fp16' })
    expect(variants.rows).toMatchObject([
      { making: { state: 'made' }, model: { name: 'resnet-lite-fp16.onnx' } },
    ])
    variants.toggle('fp16')
    expect(variants.rows).toEqual([])
  })

  it('that cannot be made say so, and stay until they are removed', async () => {
    const variants = await openModel()
    client.answer('makeModel', () => {
      throw refusal('INT8 moves the outputs too far.')
    })
    variants.toggle('int8')
    await variants.makeNow('int8')
    expect(variants.rows).toMatchObject([
      { making: { state: 'failed', failure: { message: 'INT8 moves the outputs too far.' } } },
    ])
    variants.remove({ kind: 'int8' })
    expect(useDraft().fields.variants).toEqual([])
  })

  it('are forgotten with the model they belong to', async () => {
    const variants = await openModel()
    variants.toggle('fp16')
    await useOpening().openPath('/models/other.onnx')
    expect(variants.rows).toEqual([])
  })
})

describe('the name of a variant', () => {
  it('is that of its file, as far as a draft can write it', () => {
    expect(variantName('lr=0.1 net.ONNX')).toBe('lr-0.1 net')
    expect(variantName(`${'n'.repeat(100)}.onnx`)).toHaveLength(60)
  })

  it('is never one that the experiment has itself', () => {
    expect(freeName('Reference', [])).toBe('Reference 2')
    expect(freeName('int8', ['int8 2'])).toBe('int8 3')
    expect(freeName('n'.repeat(60), ['n'.repeat(60)])).toHaveLength(60)
  })
})
