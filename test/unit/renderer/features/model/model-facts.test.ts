import { describe, expect, it } from 'vitest'
import {
  countText,
  metadataEntries,
  modelFacts,
  weightBars,
} from '../../../../../renderer/features/model/model-facts.ts'
import { shapeText } from '../../../../../renderer/features/model/shape-text.ts'
import { plausibleModel } from '../../../../fixtures/plausible-workbench.ts'

describe('the facts of a model', () => {
  it.each([
    [312, '312'],
    [9_999, '9,999'],
    [312_788, '313 k'],
    [11_689_512, '11.7 M'],
    [7_000_000_000, '7.00 B'],
  ])('%d parameters read "%s"', (count, text) => {
    expect(countText(count)).toBe(text)
  })

  it('name operator sets besides the default one, and external data only where there is some', () => {
    const facts = modelFacts(plausibleModel)
    expect(facts.find(({ key }) => key === 'opset')?.value).toBe('17, com.microsoft 1')
    expect(facts.some(({ key }) => key === 'external')).toBe(false)
    const external = modelFacts({ ...plausibleModel, externalData: [{ path: 'w.bin', bytes: 2048 }] })
    expect(external.find(({ key }) => key === 'external')?.value).toBe('w.bin, 2.00 KiB')
  })

  it('leave out what does not apply, and name the type of the weights where there is but one', () => {
    const plain = modelFacts({ ...plausibleModel, weights: plausibleModel.weights?.slice(0, 1) })
    expect(plain.map(({ key }) => key)).not.toContain('quantisation')
    expect(plain[0]).toMatchObject({ key: 'look', value: expect.stringContaining('image classifier') })
    expect(plain[1]?.value).toBe('11.7 M float32 (44.6 MiB)')
    const quantised = modelFacts({ ...plausibleModel, quantisation: 'weights', subgraphs: 2 })
    expect(quantised).toContainEqual(expect.objectContaining({ key: 'quantisation', value: 'weights only' }))
    expect(quantised).toContainEqual(expect.objectContaining({ key: 'subgraphs', value: '2' }))
  })

  it('keep a long list of operator sets out of the facts, and tell it all the same', () => {
    const opsets = ['', 'a', 'b', 'c'].map((domain) => ({ domain, version: 1 }))
    const model = { ...plausibleModel, opset: 1, opsets }
    expect(modelFacts(model).find(({ key }) => key === 'opset')?.value).toBe('1, and 3 others')
    expect(metadataEntries(model)).toContainEqual({ key: 'Operator sets', value: 'ai.onnx 1, a 1, b 1, c 1' })
    expect(metadataEntries({ ...plausibleModel, about: undefined })).toEqual([])
  })

  it('show weights by type only where there are several', () => {
    expect(weightBars(plausibleModel)).toMatchObject([
      { name: 'float32', amount: 46_756_000 },
      { name: 'int64', text: '512, 4.00 KiB' },
    ])
    expect(weightBars({ ...plausibleModel, weights: plausibleModel.weights?.slice(0, 1) })).toEqual([])
  })

  it('write a shape with its open dimensions', () => {
    expect(shapeText({ shape: ['batch', 3, null] })).toBe('batch × 3 × ?')
    expect(shapeText({ shape: [] })).toBe('scalar')
  })
})
