import { describe, expect, it } from 'vitest'
import type { ModelDescription } from '../../../../../electron/contract/model.ts'
import { otherBatchAxes } from '../../../../../electron/engine/model/axes/other-batch-axes.ts'
import { judgeOutputs } from '../../../../../electron/engine/model/axes/probe-judgement.ts'

type Outputs = ModelDescription['outputs']

const output = (name: string, more: Partial<Outputs[number]> = {}): Outputs[number] => ({
  name,
  type: 'float32',
  shape: [],
  ...more,
})

/** Shapes by output, at batch sizes 2 and 3. */
function judged(shapes: Record<string, [number[], number[]]>, declared: Outputs = []) {
  const at = (index: 0 | 1) => Object.entries(shapes).map(([name, both]) => ({ name, shape: both[index] }))
  return judgeOutputs(declared, { size: 2, outputs: at(0) }, { size: 3, outputs: at(1) })
}

describe('what two runs at batch sizes 2 and 3 show', () => {
  it('that outputs follow, and where', () => {
    expect(
      judged({
        y: [
          [2, 10],
          [3, 10],
        ],
        state: [
          [1, 2, 8],
          [1, 3, 8],
        ],
      }),
    ).toEqual({
      verdict: 'follows',
      message: 'It ran at batch sizes 2 and 3, and both outputs follow.',
      outputAxes: { y: 0, state: 1 },
    })
  })

  it('that one follows and another has no batch axis', () => {
    const judgement = judged({
      y: [
        [2, 10],
        [3, 10],
      ],
      anchors: [
        [9, 4],
        [9, 4],
      ],
    })
    expect(judgement.verdict).toBe('follows')
    expect(judgement.message).toBe(
      'It ran at batch sizes 2 and 3, and 1 of 2 outputs follows; "anchors" has no batch axis.',
    )
    expect(judgement.outputAxes).toEqual({ y: 0 })
  })

  it('that samples lie one after the other in a longer dimension', () => {
    expect(
      judged({
        y: [
          [32, 10],
          [48, 10],
        ],
      }),
    ).toMatchObject({ verdict: 'follows', outputAxes: {} })
  })

  it('that nothing changes, which is no batch', () => {
    expect(
      judged({
        y: [
          [1, 10],
          [1, 10],
        ],
      }),
    ).toMatchObject({
      verdict: 'ignores',
      message: 'It ran at batch sizes 2 and 3, but its output "y" has shape 1 x 10 at both.',
    })
    expect(judged({ y: [[], []] }).message).toContain('of a scalar at both')
  })

  it('that an output does not keep what the model says of it', () => {
    const shapes: Record<string, [number[], number[]]> = {
      y: [
        [2, 4],
        [3, 4],
      ],
      z: [
        [1, 4],
        [1, 4],
      ],
    }
    const sure = [
      output('y', { batchAxis: 0 }),
      output('z', { batchAxis: 0, batchAxisConfidence: 'certain' }),
    ]
    expect(judged(shapes, sure)).toMatchObject({ verdict: 'ignores', outputAxes: { y: 0 } })
    const guessed = [
      output('y', { batchAxis: 0 }),
      output('z', { batchAxis: 0, batchAxisConfidence: 'guess' }),
    ]
    expect(judged(shapes, guessed).verdict).toBe('follows')
  })

  it('nothing, where sizes depend on the values', () => {
    expect(
      judged({
        boxes: [
          [5, 7],
          [11, 7],
        ],
      }),
    ).toMatchObject({ verdict: 'unknown', outputAxes: {} })
  })
})

describe('other batch axes to try', () => {
  const input = (
    name: string,
    shape: (number | string | null)[],
    batchAxis?: number,
    batchAxisConfidence: 'certain' | 'likely' | 'guess' = 'guess',
  ) => ({ name, type: 'float32' as const, shape, batchAxis, batchAxisReason: '', batchAxisConfidence })
  const others = (inputs: ModelDescription['inputs'], settled = {}) =>
    otherBatchAxes({ inputs } as ModelDescription, settled)

  it('are the other open dimensions of a guess, and of inputs without one', () => {
    expect(others([input('x', [null, null, 80], 0)])).toEqual([{ x: 1 }])
    expect(others([input('x', ['batch', 80], 0, 'certain'), input('state', [2, null, 64])])).toEqual([
      { state: 1 },
    ])
    expect(others([input('x', ['batch', 80], 0, 'certain'), input('rate', [null], 0)])).toEqual([
      { rate: null },
    ])
  })

  it('are none where the axes are sure, named otherwise, or given by the user', () => {
    expect(others([input('x', [null, null], 0, 'likely')])).toEqual([])
    expect(others([input('x', [null, 'sequence'], 0)])).toEqual([])
    expect(others([input('x', [null, null], 0)], { x: 1 })).toEqual([])
  })

  it('are few, and never leave the model without a batch', () => {
    const many = others([1, 2, 3].map((index) => input(`x${index}`, [null, null, null, null], 0)))
    expect(many.length).toBeLessThanOrEqual(5)
    const names = ['x1', 'x2', 'x3']
    expect(many.every((axes) => names.some((name) => axes[name] !== null))).toBe(true)
  })
})
