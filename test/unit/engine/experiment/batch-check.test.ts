import { describe, expect, it } from 'vitest'
import type { Dimension, ModelDescription } from '../../../../electron/contract/model.ts'
import { checkBatch } from '../../../../electron/engine/experiment/batch-check.ts'

type Output = ModelDescription['outputs'][number]

const inputs: ModelDescription['inputs'] = [
  { name: 'x', type: 'float32', shape: ['batch', 8], batchAxis: 0, batchAxisReason: '' },
]

/** One output, as it is declared and as it came back at batch size 4. */
function checked(declared: Partial<Output>, shape: number[], batchAxes: Record<string, number | null> = {}) {
  const output: Output = { name: 'y', type: 'float32', shape: shape.map((): Dimension => null), ...declared }
  return checkBatch({ inputs, outputs: [output] }, [{ name: 'y', shape }], 4, batchAxes)
}

describe('whether a run computed the whole batch', () => {
  it('shows on the batch axis of its output', () => {
    expect(checked({ batchAxis: 0 }, [4, 10])).toEqual({ outputBatch: 4 })
    expect(checked({ batchAxis: 0 }, [1, 10])).toEqual({
      outputBatch: 1,
      flag: { name: 'batch-ignored', reason: 'output "y" has size 1 along its batch axis 0 at batch size 4' },
    })
  })

  it('shows where no output is known to have a batch axis', () => {
    expect(checked({}, [4, 10])).toEqual({})
    // Samples one after the other.
    expect(checked({}, [64, 10])).toEqual({})
    expect(checked({}, [1, 10]).flag?.reason).toBe(
      'no output has a dimension that goes with batch size 4: "y" has shape 1 x 10',
    )
    expect(checked({}, []).flag?.reason).toContain('"y" is a scalar')
  })

  it('does not show by a fixed size that happens to be a multiple', () => {
    expect(checked({ shape: [1, 1000] }, [1, 1000]).flag?.name).toBe('batch-ignored')
    expect(checked({ shape: [1, 1000] }, [4, 1000]).flag).toBeUndefined()
    expect(checked({ shape: [4, 1000] }, [4, 1000]).flag).toBeUndefined()
  })

  it('cannot be told from outputs whose size depends on the values', () => {
    expect(checked({ sizedByValues: true }, [7, 3])).toEqual({})
  })

  it('is not judged by a guess while there are other signs', () => {
    const guess = { batchAxis: 0, batchAxisConfidence: 'guess' } as const
    expect(checked(guess, [128, 4])).toEqual({})
    expect(checked(guess, [1, 10]).flag?.name).toBe('batch-ignored')
    const outputs: Output[] = [
      { name: 'y', type: 'float32', shape: [null, 10], batchAxis: 0, batchAxisConfidence: 'likely' },
      { name: 'anchors', type: 'float32', shape: [null, 3], ...guess },
    ]
    const shapes = [
      { name: 'y', shape: [4, 10] },
      { name: 'anchors', shape: [9, 3] },
    ]
    expect(checkBatch({ inputs, outputs }, shapes, 4)).toEqual({ outputBatch: 4 })
  })

  it('takes what was found of the outputs for a guess where the user corrected the inputs', () => {
    expect(checked({ batchAxis: 0, batchAxisConfidence: 'likely' }, [8, 4], { x: 1 })).toEqual({})
    expect(checked({ batchAxis: 0, batchAxisConfidence: 'likely' }, [8, 4], { x: 0 }).flag).toBeDefined()
  })

  it('tells nothing at batch size 1', () => {
    expect(checkBatch({ inputs, outputs: [] }, [{ name: 'y', shape: [3] }], 1)).toEqual({})
  })
})
