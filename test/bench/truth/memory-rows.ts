import type { ExperimentSpec } from '../../../electron/contract/experiment.ts'
import { fitMemory, largestWithin } from '../../../electron/engine/recommendation/memory-fit.ts'
import { createRandom, deriveSeed, type Random } from '../../../electron/engine/statistics/random.ts'
import { largestBatch, type Noise, type TruthCurve } from './curves.ts'
import { autoSpec, playAuto } from './play-planner.ts'
import { information, type Row, type Section } from './rows.ts'
import { gaussian, lognormalFactor } from './simulated-machine.ts'
import { percent, quantileOf, shareOf } from './summary.ts'

const mebibyte = 1024 ** 2

/**
 * How much the peaks vary that a process reports (0.2 to 0.6 % were measured of real session hosts); what it needs does not
 * vary, or there would be no exact boundary.
 */
const peakNoise = 0.005

/** What a process needs for no item at all, over what it needs for one: log-uniform. */
const fixedOverPerItem: readonly [number, number] = [5, 100]

const noise: Noise = { process: 0.02, sample: 0.05, autocorrelation: 0.3, drift: 0 }

const trialsToPredictFrom = 3
const within = 0.05

/** A machine whose memory ends somewhere, at random. */
interface Limited {
  readonly curve: TruthCurve
  /** The largest batch size that fits. */
  readonly boundary: number
  readonly capBytes: number
  needBytes(batchSize: number): number
}

/** The memory boundary: predicted from three trials, and measured. */
export function proveMemoryBoundary(
  predictions: number,
  searches: number,
  note: (what: string) => void = () => undefined,
): Section {
  const random = createRandom(deriveSeed(1, 'memory'))
  const errors = Array.from({ length: predictions }, () => predictionError(limitedMachine(random), random))
  const median = quantileOf(errors, 0.5)
  const p95 = quantileOf(errors, 0.95)

  note(`${searches} searches for the boundary`)
  const found = Array.from({ length: searches }, (_, index) => search(limitedMachine(random), index + 1))
  const exact = shareOf(found.map((each) => each.isExact))
  const executions = quantileOf(
    found.map((each) => each.executions),
    0.5,
  )
  const rows: Row[] = [
    {
      id: 'memory.predicted',
      what: `boundary predicted from ${trialsToPredictFrom} trials: error, median and 95th percentile`,
      measured: `${percent(median)}, ${percent(p95)}`,
      goal: `within ${percent(within, 0)}`,
      met: p95 <= within,
      values: { median, p95 },
    },
    {
      id: 'memory.measured',
      what: 'boundary measured exactly by the search, of all limits',
      measured: percent(exact),
      goal: 'always',
      met: exact === 1,
      values: { exact },
    },
    information({
      id: 'memory.executions',
      what: '... executions of such a search in all, median',
      measured: `${executions}`,
      values: { executions },
    }),
  ]
  return {
    title: 'The memory boundary',
    legend:
      `${predictions} predictions, ${searches} searches; models of 1 to 50 MiB an item on top of ${fixedOverPerItem.join(' to ')} times that, ` +
      `limits at random with the boundary between 9 and ${largestBatch - 1}; reported peaks vary by ${percent(peakNoise)}. ` +
      'The three trials are the last doublings up to half of the size that ran out of memory.',
    rows,
  }
}

function limitedMachine(random: Random): Limited {
  const [leanest, heaviest] = fixedOverPerItem
  const perItem = 50 ** random.next() * mebibyte
  const fixed = perItem * leanest * (heaviest / leanest) ** random.next()
  const needBytes = (batchSize: number) => fixed + perItem * batchSize
  const boundary = 9 + random.integer(largestBatch - 9)
  // Anywhere above what the largest that fits needs, and below what the next one does.
  const capBytes = needBytes(boundary) + 0.98 * random.next() * perItem
  const curve: TruthCurve = {
    name: 'limited',
    // More items keep paying off, so that the search goes on to the boundary by itself.
    latencyMs: (batchSize) => 20 + 0.2 * batchSize,
    memoryBytes: needBytes,
    memoryCapBytes: capBytes,
    peakNoise,
  }
  return { curve, boundary, capBytes, needBytes }
}

/** Relative to the true boundary; 1 without a prediction. */
function predictionError({ boundary, capBytes, needBytes }: Limited, random: Random): number {
  const smallestDoubled = 2 ** Math.ceil(Math.log2(boundary + 1))
  const points = Array.from({ length: trialsToPredictFrom }, (_, back) => {
    const batchSize = smallestDoubled / 2 ** (back + 1)
    return {
      batchSize,
      bytes: needBytes(batchSize) * lognormalFactor(peakNoise, gaussian(random)),
    }
  })
  const fit = fitMemory(points)
  const predicted = fit && largestWithin(fit, capBytes)
  return predicted === undefined ? 1 : Math.abs(predicted.batchSize / boundary - 1)
}

function search(
  { curve, boundary, capBytes }: Limited,
  seed: number,
): { isExact: boolean; executions: number } {
  const spec: ExperimentSpec = {
    ...autoSpec(seed),
    constraints: { memoryBudgetBytes: capBytes, boundaryGranularity: 1 },
  }
  const { boundary: found, executions } = playAuto(curve, noise, seed, spec)
  const isExact = found?.largestThatFits === boundary && found.smallestThatDoesNot === boundary + 1
  return { isExact, executions }
}
