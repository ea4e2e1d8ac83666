import { expect, it } from 'vitest'
import { InputError } from '../../bench/input-error.ts'
import { readOptions } from '../../bench/repeat/options.ts'
import { recommendedText, scoreOf } from '../../bench/repeat/verdict.ts'

const run = (batchSize: number | null, equivalent: number[]) => ({ batchSize, equivalent, seconds: 60 })

it('an answer holds while it is in the equivalence set of the first run', () => {
  const score = scoreOf([run(8, [8, 16]), run(16, [16]), run(8, [8]), run(32, [16, 32]), run(null, [])])
  expect(score).toMatchObject({ held: 3, runs: 5, firstSet: [8, 16], setSize: 1 })
  expect(recommendedText(score)).toBe('8 (2×), none (1×), 16 (1×), 32 (1×)')
})

it('a first run without an answer is never held', () => {
  expect(scoreOf([run(null, []), run(8, [8])]).held).toBe(0)
})

it('profiles the classifier ten times unless told otherwise', () => {
  expect(readOptions([])).toMatchObject({ name: 'classifier', runs: 10, dims: ['x:2=48', 'x:3=192'] })
  expect(readOptions(['cnn', '--runs', '3'])).toMatchObject({ name: 'cnn', runs: 3, dims: [] })
  expect(readOptions(['my.onnx', '--dim', 's=9'])).toMatchObject({ path: 'my.onnx', dims: ['s=9'] })
})

it.each([[['--runs', '1']], [['--runs', 'many']], [['a.onnx', 'b.onnx']], [['--foo']]])(
  'refuses %j with a sentence',
  (args) => {
    expect(() => readOptions(args)).toThrow(InputError)
  },
)
