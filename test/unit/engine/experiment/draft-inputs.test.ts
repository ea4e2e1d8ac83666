import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ExperimentDraft } from '../../../../electron/contract/experiment.ts'
import type { ModelDescription, ModelInput } from '../../../../electron/contract/model.ts'
import { openInputFiles, readInputRequests } from '../../../../electron/engine/experiment/draft-inputs.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import { ownValues } from '../../../../electron/engine/experiment/own-values.ts'
import { planInputs } from '../../../../electron/engine/model/plan-inputs.ts'
import { floats, integers, npy, npz } from '../../../fixtures/numpy-files.ts'
import { inputFolder } from '../inputs/input-folder.ts'
import { failureOf } from '../model/described.ts'
import { dynamicModel, fixedBatchModel } from './draft-models.ts'

const { arrays, put } = inputFolder()

const read = async (draft: ExperimentDraft, model: ModelDescription = dynamicModel) => {
  const files = await openInputFiles(draft.inputs, model, arrays)
  return readDraft(draft, model, undefined, undefined, files)
}
const specOf = async (draft: ExperimentDraft, model?: ModelDescription) => {
  const reading = await read(draft, model)
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join(' '))
  return reading.spec
}
/** The problem at the inputs, as one line. */
const problemOf = async (draft: ExperimentDraft, model?: ModelDescription) => {
  const reading = await read(draft, model)
  if (reading.ok) return undefined
  expect(reading.problems.map(({ field }) => field)).toEqual(['inputs'])
  return reading.problems.map(({ message, hint }) => `${message} ${hint ?? ''}`.trim())[0]
}
const model = (...inputs: (Partial<ModelInput> & Pick<ModelInput, 'name' | 'type' | 'shape'>)[]) => ({
  ...dynamicModel,
  inputs: inputs.map((input) => ({ batchAxisReason: '', ...input })),
  freeDimensions: [],
})

describe("where the user's own values come from", () => {
  const requests = (text: string, of: Pick<ModelDescription, 'inputs'> = dynamicModel) => {
    const reading = readInputRequests([text], of)
    return reading.ok ? reading.value : `${reading.problem.message} ${reading.problem.hint}`
  }

  it.each([
    ['tokens=ids.npy', [{ input: 'tokens', path: 'ids.npy' }]],
    ['tokens= my folder/ids.npy ', [{ input: 'tokens', path: 'my folder/ids.npy' }]],
    ['tokens=a.npz:ids', [{ input: 'tokens', path: 'a.npz', entry: 'ids' }]],
    ['tokens=C:\\data\\a.npz:ids', [{ input: 'tokens', path: 'C:\\data\\a.npz', entry: 'ids' }]],
    ['tokens=C:\\data\\a.npy', [{ input: 'tokens', path: 'C:\\data\\a.npy' }]],
    ['tokens=x=1.npy', [{ input: 'tokens', path: 'x=1.npy' }]],
    ['C:\\data\\all.NPZ', [{ path: 'C:\\data\\all.NPZ' }]],
    ['all.npz', [{ path: 'all.npz' }]],
    ['/data/run=1/all.npz', [{ path: '/data/run=1/all.npz' }]],
  ])('%s', (text, expected) => {
    expect(requests(text.trim())).toEqual(expected)
  })

  it('names of inputs may have any letters', () => {
    const odd = model(
      { name: 'a', type: 'float32', shape: [] },
      { name: 'a=b:0', type: 'float32', shape: [] },
    )
    expect(requests('a=b:0=x.npy', odd)).toEqual([{ input: 'a=b:0', path: 'x.npy' }])
    expect(requests('a=b.npy', odd)).toEqual([{ input: 'a', path: 'b.npy' }])
  })

  it('a file alone is for the only input', () => {
    expect(requests('x.npy', fixedBatchModel)).toEqual([{ input: 'x', path: 'x.npy' }])
    expect(requests('x.npz:images', fixedBatchModel)).toEqual([
      { input: 'x', path: 'x.npz', entry: 'images' },
    ])
  })

  it('what cannot be read is refused with a sentence', () => {
    expect(requests('ids=x.npy')).toBe(
      'The model has no input "ids". Write INPUT=FILE.npy; its inputs are tokens, image.',
    )
    expect(requests('x.npy')).toBe(
      'Input "x.npy" does not say which input of the model it is for. Write INPUT=FILE.npy; its inputs are tokens, image.',
    )
    expect(requests('x.npz:ids')).toMatch(/^Input "x\.npz:ids" does not say which input/)
    expect(requests('tokens=')).toBe('Input "tokens=" names no file. Write INPUT=FILE.npy.')
  })
})

describe('own values in an experiment', () => {
  it('are kept with their file and shape, and settle the free dimensions', async () => {
    const path = put('ids.npy', integers([8, 64]))
    const { inputs, factors } = await specOf({ inputs: [`tokens=${path}`], batch: '1,2' })
    expect(inputs).toEqual({
      tokens: { path, sha256: (await arrays.open(path)).sha256, shape: [8, 64], items: 8 },
    })
    expect(factors.dims).toEqual({ sequence: [64], 'image:2': [224], 'image:3': [224] })
  })

  it('are absent from an experiment without any', async () => {
    expect(await specOf({})).not.toHaveProperty('inputs')
  })

  it('are fed as planned: repeated along the batch axis, at the size that they have', async () => {
    const path = put('pictures.npy', floats([2, 3, 5, 7]))
    const spec = await specOf({ inputs: [`image=${path}`], batch: '4' })
    const values = await ownValues(spec, dynamicModel, arrays)
    const dims = { sequence: 128, 'image:2': 5, 'image:3': 7 }
    const { inputs } = planInputs(dynamicModel, { batchSize: 4, executionProvider: 'cpu', dims }, {}, values)
    expect(inputs[1]).toEqual({
      name: 'image',
      type: 'float32',
      shape: [4, 3, 5, 7],
      fill: { kind: 'file', path, offset: 128, batch: { axis: 0, items: 2 } },
    })
    expect(inputs[0]?.fill.kind).not.toBe('file')
  })

  it('one sample needs no batch dimension', async () => {
    const path = put('one.npy', floats([3, 5, 7]))
    const { inputs, factors } = await specOf({ inputs: [`image=${path}`] })
    expect(inputs?.image).toMatchObject({ shape: [3, 5, 7], items: 1 })
    expect(factors.dims).toMatchObject({ 'image:2': [5], 'image:3': [7] })
  })

  it('an archive alone is for the inputs named as its arrays', async () => {
    const path = put(
      'both.npz',
      npz([
        { name: 'image.npy', content: floats([2, 3, 5, 7]) },
        { name: 'tokens.npy', content: integers([2, 9]), compressed: true },
        { name: 'other.npy', content: floats([1]) },
      ]),
    )
    const { inputs } = await specOf({ inputs: [path] })
    expect(inputs).toMatchObject({
      image: { entry: 'image', items: 2 },
      tokens: { entry: 'tokens', items: 2 },
    })
    const single = put('single.npz', npz([{ name: 'arr_0.npy', content: floats([2, 3, 8, 8]) }]))
    expect(Object.keys((await specOf({ inputs: [single] }, fixedBatchModel)).inputs ?? {})).toEqual(['x'])
    expect(Object.keys((await specOf({ inputs: [`image=${single}`] })).inputs ?? {})).toEqual(['image'])
  })

  it("follow the user's batch axis", async () => {
    const path = put('axis1.npy', floats([6, 4, 2]))
    const time = model({ name: 'x', type: 'float32', shape: [6, null, 2] })
    const { inputs } = await specOf({ inputs: [`x=${path}`], batchAxes: ['x=1'] }, time)
    expect(inputs?.x?.items).toBe(4)
  })

  it('have no samples to repeat where the input has no batch axis', async () => {
    const path = put('table.npy', floats([3]))
    const table = model(
      { name: 'x', type: 'float32', shape: ['batch', 4], batchAxis: 0 },
      { name: 'scale', type: 'float32', shape: [3] },
    )
    const { inputs } = await specOf({ inputs: [`scale=${path}`] }, table)
    expect(inputs?.scale).not.toHaveProperty('items')
  })

  it('a size that was asked for must be the size that they have', async () => {
    const path = put('seq.npy', integers([8, 64]))
    const asked = (dims: string[]) => problemOf({ inputs: [`tokens=${path}`], dims })
    expect(await asked(['sequence=64'])).toBeUndefined()
    expect(await asked(['sequence=128'])).toBe(
      '"seq.npy" has size 64 along dimension "sequence" of input "tokens", and 128 was asked for. Leave sequence out, or give an array of that size.',
    )
    expect(await asked(['tokens:1=64,128'])).toMatch(/and 64, 128 was asked for/)
  })
})

describe('values that do not fit', () => {
  const image = (name: string, content: Uint8Array) => problemOf({ inputs: [`image=${put(name, content)}`] })

  it('another dtype: how to convert it', async () => {
    const data = new Float64Array(2 * 3 * 4 * 4)
    expect(await image('f8.npy', npy({ descr: '<f8', shape: [2, 3, 4, 4], data }))).toBe(
      '"f8.npy" holds float64 [2, 3, 4, 4], and input "image" takes float32 [?, 3, ?, ?]. Convert it: x.astype(np.float32).',
    )
    const words = model({ name: 'x', type: 'string', shape: [null], batchAxis: 0 })
    expect(await problemOf({ inputs: [`x=${put('f.npy', floats([2]))}`] }, words)).toMatch(
      /x\.astype\(str\)\.$/,
    )
  })

  it('a size that the model fixes', async () => {
    const sentence = 'and input "image" takes float32 [?, 3, ?, ?].'
    expect(await image('nhwc.npy', floats([2, 4, 4, 3]))).toBe(
      `"nhwc.npy" holds float32 [2, 4, 4, 3], ${sentence} Its axis 1 must have size 3; it has 4.`,
    )
    expect(await image('hwc.npy', floats([4, 4, 3]))).toBe(
      `"hwc.npy" holds float32 [4, 4, 3], ${sentence} Its axis 0 must have size 3; it has 4.`,
    )
    expect(await image('flat.npy', floats([12]))).toBe(
      `"flat.npy" holds float32 [12], ${sentence} It needs 4 dimensions, or 3 for a single sample; it has 1.`,
    )
  })

  it('nothing in it', async () => {
    expect(await image('none.npy', floats([0, 3, 4, 4]))).toBe(
      '"none.npy" has no elements: its shape is [0, 3, 4, 4].',
    )
  })

  it('no file, or one of another kind', async () => {
    expect(await problemOf({ inputs: ['tokens=/nowhere/x.npy'] })).toMatch(/"\/nowhere\/x\.npy"|x\.npy/)
    expect(await image('text.npy', Buffer.from('hello'))).toMatch(/^"text\.npy" is no NumPy file/)
  })

  it('an archive without the array', async () => {
    const path = put(
      'ab.npz',
      npz([
        { name: 'a.npy', content: floats([1]) },
        { name: 'b.npy', content: floats([1]) },
      ]),
    )
    expect(await problemOf({ inputs: [`image=${path}:c`] })).toBe(
      '"ab.npz" has no array "c". Its arrays are a, b.',
    )
    expect(await problemOf({ inputs: [`image=${path}`] })).toBe(
      '"ab.npz" has several arrays, none of them called "image". Its arrays are a, b. Write image=ab.npz:ENTRY.',
    )
    expect(await problemOf({ inputs: [path] })).toBe(
      'None of the arrays in "ab.npz" is called as an input of the model. Its arrays are a, b. Write INPUT=ab.npz:ENTRY; the model\'s inputs are tokens, image.',
    )
    const plain = put('plain.npz', floats([1]))
    expect(await problemOf({ inputs: [`image=${plain}:c`] })).toBe(
      '"plain.npz" is a single array and has no entry "c". Write image=plain.npz.',
    )
  })

  it('an input given twice', async () => {
    const path = put('twice.npy', integers([1, 4]))
    expect(await problemOf({ inputs: [`tokens=${path}`, `tokens=${path}`] })).toBe(
      'Input "tokens" is given twice. Give one array for each input.',
    )
  })

  it('arrays that do not belong together', async () => {
    const tokens = put('t8.npy', integers([8, 4]))
    const images = put('i5.npy', floats([5, 3, 4, 4]))
    expect(await problemOf({ inputs: [`tokens=${tokens}`, `image=${images}`] })).toBe(
      '"i5.npy" has 5 samples for input "image", and "t8.npy" has 8. Give arrays with the same number of samples: they are fed side by side.',
    )
    const one = put('i1.npy', floats([1, 3, 4, 4]))
    expect(await problemOf({ inputs: [`tokens=${tokens}`, `image=${one}`] })).toBeUndefined()

    const pair = {
      ...model(
        { name: 'ids', type: 'int64', shape: ['batch', 'seq'], batchAxis: 0 },
        { name: 'mask', type: 'int64', shape: ['batch', 'seq'], batchAxis: 0 },
      ),
      freeDimensions: [{ key: 'seq', places: ['ids:1', 'mask:1'], suggested: 128 }],
    }
    const mask = put('m.npy', integers([8, 6]))
    expect(await problemOf({ inputs: [`ids=${tokens}`, `mask=${mask}`] }, pair)).toBe(
      '"m.npy" has size 6 along dimension "seq" of input "mask", and "t8.npy" has 4. Give arrays of the same size.',
    )
  })

  it('an axis that grows with the batch', async () => {
    const square = model({ name: 'x', type: 'float32', shape: ['batch', 'batch'], batchAxis: 0 })
    expect(await problemOf({ inputs: [`x=${put('sq.npy', floats([2, 2]))}`] }, square)).toBe(
      'Axis 1 of input "x" grows with the batch, so that it cannot be fed from a file. Leave this input to be made.',
    )
  })
})

describe('own values of an experiment that goes on', () => {
  it('are refused when their file is no longer the same', async () => {
    const path = put('going.npy', integers([2, 4]))
    const spec = await specOf({ inputs: [`tokens=${path}`] })
    expect((await ownValues(spec, dynamicModel, arrays)).get('tokens')).toMatchObject({
      items: 2,
      offset: 128,
    })
    put('going.npy', integers([2, 4], [1, 2, 3, 4, 5, 6, 7, 9]))
    // Of the same size, and perhaps within the same millisecond.
    utimesSync(path, 1, 1)
    const failure = await failureOf(ownValues(spec, dynamicModel, arrays))
    expect(`${failure?.message} ${failure?.hint}`).toBe(
      `${path} is no longer the file that input "tokens" of this experiment was fed from. Put the original file back, or start a new experiment.`,
    )
  })
})
