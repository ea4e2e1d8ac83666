import { describe, expect, it } from 'vitest'
import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import type { ModelDescription } from '../../../../electron/contract/model.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import {
  makeVariants,
  openVariants,
  readVariants,
  type OpenedVariant,
} from '../../../../electron/engine/experiment/draft-variants.ts'
import { understood } from '../../../../electron/engine/experiment/draft-reading.ts'
import { experimentName } from '../../../../electron/engine/experiment/new-experiment.ts'
import { planTrial } from '../../../../electron/engine/experiment/plan-trial.ts'
import { previewExperiment } from '../../../../electron/engine/experiment/preview.ts'
import { dynamicModel } from './draft-models.ts'

function requestsOf(...texts: string[]) {
  const reading = readVariants(texts)
  if (!reading.ok) throw new Error(reading.problem.message)
  return reading.value
}
function problemOf(...texts: string[]) {
  const reading = readVariants(texts)
  return reading.ok ? undefined : reading.problem.message
}

describe('variants as a person writes them', () => {
  it('are files, called by their names or as told, or kinds to be made', () => {
    expect(
      requestsOf('/models/resnet-fp16.onnx', 'small=C:\\models\\a.onnx', 'FP16', 'tiny = int8-weights'),
    ).toEqual([
      { name: 'resnet-fp16', path: '/models/resnet-fp16.onnx' },
      { name: 'small', path: 'C:\\models\\a.onnx' },
      { name: 'fp16', kind: 'fp16' },
      { name: 'tiny', kind: 'int8-weights' },
    ])
  })

  it('may have an equals sign in their folders', () => {
    expect(requestsOf('/runs/lr=0.1/model.onnx')).toEqual([
      { name: 'model', path: '/runs/lr=0.1/model.onnx' },
    ])
  })

  it.each([
    [['a/m.onnx', 'b/m.onnx'], 'Two variants are called "m".'],
    [['reference.onnx'], 'No variant can be called "reference": that is the experiment\'s own model.'],
    [['x='], 'Variant "x=" names no model.'],
    [['=m.onnx'], 'Variant "=m.onnx" has no name.'],
    [[`${'x'.repeat(61)}=m.onnx`], `Variant "${'x'.repeat(61)}=m.onnx" has too long a name.`],
    [Array.from({ length: 17 }, (_, index) => `v${index}=m.onnx`), '17 variants are too many.'],
  ])('are refused in one sentence: %j', (texts, message) => {
    expect(problemOf(...texts)).toBe(message)
  })

  it('are opened, and what cannot be is told with the name of the variant', async () => {
    const other = { ...dynamicModel, sha256: 'b'.repeat(64) }
    const opened = await openVariants([' other.onnx ', '', 'int8'], dynamicModel, async () => other)
    expect(opened).toEqual(
      understood([
        { name: 'other', model: other },
        { name: 'int8', kind: 'int8', model: dynamicModel },
      ]),
    )
    const failure = {
      code: 'not-a-model',
      message: 'It is a text file.',
      hint: 'Give a model.',
      owner: 'user',
    } as const
    const refusedOne = await openVariants(['notes.txt'], dynamicModel, () =>
      Promise.reject(new BatchscopeError(failure)),
    )
    expect(refusedOne).toEqual({
      ok: false,
      problem: { message: 'Variant "notes.txt": It is a text file.', hint: 'Give a model.' },
    })
  })

  it('are made where they are kinds, and only then', async () => {
    const made: string[] = []
    const variants = await makeVariants(
      [
        { name: 'a', model: dynamicModel },
        { name: 'b', kind: 'fp16', model: dynamicModel },
      ],
      async (kind) => {
        made.push(kind)
        return { ...dynamicModel, sha256: 'made' }
      },
    )
    expect(made).toEqual(['fp16'])
    expect(variants.map(({ model }) => model.sha256)).toEqual([dynamicModel.sha256, 'made'])
  })
})

/** The dynamic model with other inputs. */
function variant(change: (input: ModelDescription['inputs'][number]) => object): ModelDescription {
  return {
    ...dynamicModel,
    sha256: 'c'.repeat(64),
    inputs: dynamicModel.inputs.map((input) => ({ ...input, ...change(input) })),
  }
}
const asVariant = (model: ModelDescription): OpenedVariant => ({ name: 'other', model })
const draftWith = (model: ModelDescription, batch = '1,8') =>
  readDraft({ batch }, dynamicModel, undefined, understood([asVariant(model)]))

describe('an experiment with variants', () => {
  const fitting = variant(({ name, shape }) =>
    name === 'tokens' ? { shape: ['n', 'tokens_length'] } : { type: 'float16', shape },
  )

  it('has them as a factor: every configuration of the reference, and of each beside it', () => {
    const reading = draftWith(fitting)
    expect(reading).toMatchObject({
      ok: true,
      spec: { factors: { variants: [{ name: 'other', modelSha256: 'c'.repeat(64) }] } },
    })
    const preview = previewExperiment(
      { batch: '1,8' },
      dynamicModel,
      undefined,
      understood([asVariant(fitting)]),
    )
    expect(preview.plan).toMatchObject({ trials: 4 })
    const { spec } = reading as { spec: ExperimentSpec }
    expect(experimentName({ batch: '1,8' }, spec)).toBe('batch 1,8 on cpu, beside other')
  })

  it('feeds them the same values in their own types, and tells sizes by their own names', () => {
    const models = { reference: dynamicModel, variants: new Map([['other', fitting]]) }
    const config = { batchSize: 8, executionProvider: 'cpu', dims: { sequence: 32 } } as const
    const reference = planTrial(models, config, { batchAxes: {} })
    const other = planTrial(models, { ...config, variant: 'other' }, { batchAxes: {} })
    expect(other.inputs.map(({ type }) => type)).toEqual(['int64', 'float16'])
    expect(other.inputs.map(({ shape, fill }) => ({ shape, fill }))).toEqual(
      reference.inputs.map(({ shape, fill }) => ({ shape, fill })),
    )
    expect(other.freeDimensionOverrides).toEqual({ n: 8, tokens_length: 32 })
  })

  it.each([
    [
      'another name',
      variant(({ name }) => (name === 'image' ? { name: 'pixels' } : {})),
      'Variant "other" has no input "image", as the reference has.',
    ],
    [
      'another rank',
      variant(({ name }) => (name === 'image' ? { shape: [null, null] } : {})),
      'Input "image" of variant "other" has 2 axes, and that of the reference 4 axes.',
    ],
    [
      'a fixed batch',
      variant(({ name }) => (name === 'tokens' ? { shape: [1, 'sequence'] } : {})),
      'Input "tokens" of variant "other" has size 1 along axis 0, and the reference is fed 8 there.',
    ],
    [
      'a fixed size',
      variant(({ name }) => (name === 'image' ? { shape: [null, 3, 299, 299] } : {})),
      'Input "image" of variant "other" has size 299 along axis 2, and the reference is fed 224 there.',
    ],
    [
      'one name for two sizes',
      variant(({ name }) => (name === 'image' ? { shape: [null, 3, 's', null] } : { shape: ['batch', 's'] })),
      'Variant "other" has one dimension "s" where the reference\'s inputs have 128 and 224.',
    ],
    [
      'a type that cannot be fed',
      variant(({ name }) => (name === 'image' ? { type: 'bfloat16' } : {})),
      'Input "image" of variant "other" is of type bfloat16.',
    ],
  ])('refuses one with inputs of %s', (_, model, message) => {
    expect(draftWith(model)).toMatchObject({ ok: false, problems: [{ field: 'variants', message }] })
  })

  it('refuses one with an input more', () => {
    const [first] = dynamicModel.inputs
    if (first === undefined) throw new Error('it has inputs')
    const more = { ...dynamicModel, inputs: [...dynamicModel.inputs, { ...first, name: 'mask' }] }
    expect(draftWith(more)).toMatchObject({
      problems: [{ message: 'Variant "other" has an input "mask", which the reference has not.' }],
    })
  })

  it('takes one of a fixed batch where nothing else is asked for', () => {
    const single = variant(({ name }) => (name === 'tokens' ? { shape: [1, 'sequence'] } : {}))
    expect(draftWith(single, '1').ok).toBe(true)
  })
})
