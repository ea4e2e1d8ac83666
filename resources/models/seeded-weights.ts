import { createRandom } from '../../electron/engine/statistics/random.ts'

/**
 * Weights of untrained models: uniform in +-sqrt(3 / fanIn), which keeps the spread of activations from layer to layer
 * (He et al. 2015, for the variance 1 / fanIn). Seeded, and made by exact arithmetic and one square root, so that they
 * are the same everywhere.
 */
export interface WeightSource {
  /** `count` weights of a layer whose outputs each sum over `fanIn` inputs, times `gain`. */
  layer(count: number, fanIn: number, gain?: number): Float32Array
  /** `count` values between `low` and `high`. */
  between(count: number, low: number, high: number): Float32Array
}

export function seededWeights(seed: number): WeightSource {
  const random = createRandom(seed)
  const between = (count: number, low: number, high: number) =>
    Float32Array.from({ length: count }, () => low + (high - low) * random.next())
  return {
    between,
    layer(count, fanIn, gain = 1) {
      const bound = gain * Math.sqrt(3 / fanIn)
      return between(count, -bound, bound)
    },
  }
}
