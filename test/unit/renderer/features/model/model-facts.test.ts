import { describe, expect, it } from 'vitest'
import { countText, modelFacts } from '../../../../../renderer/features/model/model-facts.ts'
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
    expect(external.find(({ key }) => key === 'external')?.value).toBe('1 file, 2.00 KiB')
  })

  it('write a shape with its open dimensions', () => {
    expect(shapeText({ shape: ['batch', 3, null] })).toBe('batch × 3 × ?')
    expect(shapeText({ shape: [] })).toBe('scalar')
  })
})
