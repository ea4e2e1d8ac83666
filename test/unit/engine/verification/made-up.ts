import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { fitMemory } from '../../../../electron/engine/recommendation/memory-fit.ts'
import type { Sweep, SweptTrial } from '../../../../electron/engine/verification/report.ts'

export const GiB = 1024 ** 3
const MiB = 1024 ** 2

/** A trial on a device that needs 600 MiB and 40 MiB an item, does 1,000 items a second, and is known to 2 %. */
export function madeUpTrial(batchSize: number, over: Partial<SweptTrial> = {}): SweptTrial {
  return {
    ...{ batchSize, outcome: 'completed', executions: 2, flags: [] },
    memory: {
      devicePeakBytes: (600 + 40 * batchSize) * MiB,
      hostPeakBytes: GiB,
      deviceMeasuredBy: 'process',
    },
    ...{ itemsPerSecond: 1000, itemsPerSecondCi95: [980, 1020], p50Ms: batchSize, p99Ms: 1.2 * batchSize },
    ...over,
  }
}

/** A trial without numbers. */
export function endedTrial(batchSize: number, outcome: SweptTrial['outcome'], failure: string): SweptTrial {
  return { batchSize, outcome, executions: 1, flags: [], memory: {}, failure }
}

/** A sweep of these trials on a device of 80 GiB, its memory fitted as the product does it. */
export function madeUpSweep(trials: readonly SweptTrial[], over: Partial<Sweep> = {}): Sweep {
  const fit = fitMemory(
    trials.flatMap(({ batchSize, outcome, memory: { devicePeakBytes: bytes } }) =>
      outcome === 'completed' && bytes !== undefined ? [{ batchSize, bytes }] : [],
    ),
  )
  return {
    ...{ model: 'resnet-50', rules: defaultRules, trials, boundary: null, answer: '', decisions: [] },
    ...(fit && {
      memoryFit: {
        ...{ of: 'device', fixedBytes: fit.overhead, perItemBytes: fit.perItem, limitBytes: 80 * GiB },
        ...{
          batchSizes: fit.points.map(({ x }) => x),
          relativeError: fit.relativeError,
          follows: fit.follows,
        },
      },
    }),
    ...over,
  }
}

export const powersOfTwo = [1, 2, 4, 8, 16, 32, 64, 128]
