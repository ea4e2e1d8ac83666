import { describe, expect, it } from 'vitest'
import { onPage } from '../../../../renderer/stores/page-hints.ts'

describe('a hint on the page', () => {
  it.each([
    [
      'Use batch size 1 only, or make the batch dynamic (--make-dynamic on the command line).',
      'Use batch size 1 only, or set the batch free on the Model page.',
    ],
    [
      'Use batch size 1 only, or name the batch axis with --batch-axis INPUT=AXIS.',
      'Use batch size 1 only, or choose it on the Model page.',
    ],
    [
      'Check the batch axes (--batch-axis INPUT=AXIS): the time says nothing.',
      'Check the batch axes: the time says nothing.',
    ],
    [
      'Say which axes count samples with --batch-axis INPUT=AXIS, or INPUT=none.',
      'Choose at each input which axis counts samples.',
    ],
    [
      'Its arrays are a, b. Write pixels=my values.npz:ENTRY.',
      'Its arrays are a, b. Name the one that is meant beside the file.',
    ],
    ['Install it: batchscope runtime install onnxruntime@1.30.0.', 'Install it on the Environment page.'],
    ['Use 1 or more.', 'Use 1 or more.'],
  ])('says "%s" without options of the command line', (hint, told) => {
    expect(onPage(hint)).toBe(told)
  })
})
