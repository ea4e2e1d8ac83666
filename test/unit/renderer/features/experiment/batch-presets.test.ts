import { describe, expect, it } from 'vitest'
import { readBatchExpression } from '../../../../../electron/engine/experiment/batch-expression.ts'
import { batchHint, batchPresets } from '../../../../../renderer/features/experiment/batch-presets.ts'

describe('ready-made batch sizes', () => {
  it.each(batchPresets)('"$text" means something to the engine', ({ batch }) => {
    expect(readBatchExpression(batch)).toMatchObject({ ok: true })
  })

  it('explain themselves, and text of one’s own gets examples', () => {
    expect(batchHint(' auto ')).toContain('Doubles')
    expect(batchHint('3,5')).toContain('pow2:1:256')
  })
})
