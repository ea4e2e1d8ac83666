import { describe, expect, it } from 'vitest'
import { mutant, seedModels } from '../../../fuzz/try-model.ts'

/** A taste of `npm run fuzz:models`. */
const tried = 600

describe('damaged models', () => {
  it('begin as small models of every kind', () => {
    expect(seedModels.length).toBeGreaterThan(60)
  })

  it('are the same again for the same seed and number', () => {
    expect(mutant(1, 17).bytes).toEqual(mutant(1, 17).bytes)
    expect(mutant(1, 17).bytes).not.toEqual(mutant(2, 17).bytes)
  })

  it('are described or refused in one sentence, whatever the damage', async () => {
    const outcomes = new Map<string, number>()
    for (let index = 0; index < tried; index += 1) {
      const { seedModel, run } = mutant(20, index)
      const outcome = await run().catch((error: unknown) => {
        throw new Error(`Mutant ${index} of seed 20, from ${seedModel}, was not refused cleanly.`, {
          cause: error,
        })
      })
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    // Damage that is always found at once, or never, would try little.
    expect(outcomes.get('described')).toBeGreaterThan(tried / 20)
    expect(outcomes.get('model-damaged')).toBeGreaterThan(tried / 5)
  })
})
