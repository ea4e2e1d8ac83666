import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCurves } from '../../bench/truth/curves-file.ts'
import { InputError } from '../../bench/input-error.ts'
import { readOptions } from '../../bench/truth/options.ts'

const good = { name: 'a', latencyMs: { 1: 2, 4: 5 } }

function complaint(content: unknown): string {
  try {
    readCurves(typeof content === 'string' ? content : JSON.stringify(content), 'mine.json')
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  return 'none'
}

describe('curves of one’s own', () => {
  it('are read from the example', () => {
    const file = 'test/bench/truth/example-curves.json'
    const curves = readCurves(readFileSync(file, 'utf8'), file)
    expect(curves.map(({ name }) => name)).toEqual(['an encoder on a small GPU', 'a detector on two cores'])
    expect(curves[0]?.noise?.autocorrelation).toBe(0.3)
    expect(curves[0]?.memoryBytes?.(64)).toBe(2_510_000_000)
  })

  it('are interpolated between the batch sizes listed', () => {
    const [curve] = readCurves(JSON.stringify([good]), 'mine.json')
    expect([1, 2, 3, 4].map((batch) => curve?.latencyMs(batch))).toEqual([2, 3, 4, 5])
  })

  it.each([
    ['{', /^mine\.json is not JSON/],
    [{}, /^mine\.json: the file must be a list of curves/],
    [[], /has no curve in it/],
    [[{ name: 'a' }], /^mine\.json: curve 1 \("a"\), latencyMs: is missing\.$/],
    [[{ name: 'a', latencyMs: {} }], /latencyMs: needs the latency of at least two batch sizes/],
    [[good, { name: 'b', latencyMs: { 1: 0, 2: 1 } }], /curve 2 \("b"\), latencyMs\."1": .* above 0/],
    [[{ name: 'a', latencyMs: { 1.5: 1, 2: 1 } }], /latencyMs\."1\.5": .* whole number/],
    [[{ ...good, memoryBytes: { 1: 5 } }], /memoryCapBytes: is missing/],
    [[{ ...good, memoryCapBytes: 5 }], /memoryBytes: is missing/],
    [[{ ...good, memoryBytes: { 1: 5 }, memoryCapBytes: 4 }], /not even batch size 1 fits/],
    [[{ ...good, noise: { proces: 0.1 } }], /noise\.proces: is not known here/],
    [[{ ...good, noise: { autocorrelation: 1 } }], /noise\.autocorrelation: must be from 0 to below 1/],
    [[{ ...good, noise: { process: -0.1 } }], /noise\.process: must be 0 or more/],
  ])('get one sentence with the place of a mistake: %j', (content, sentence) => {
    expect(complaint(content)).toMatch(sentence)
  })
})

describe('options', () => {
  it('are understood in any order', () => {
    expect(readOptions(['--json', '--curves', 'mine.json', '--quick'])).toMatchObject({
      curvesFile: 'mine.json',
      json: true,
      quick: true,
    })
  })

  it.each([[['--foo']], [['--curves']], [['--curves', '--json']], [['stray']]])(
    'that cannot be understood get a sentence: %j',
    (args) => {
      expect(() => readOptions(args)).toThrow(InputError)
    },
  )
})
