import { describe, expect, it } from 'vitest'
import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { Execution, Trial } from '../../../../electron/contract/trial.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import { drivePlanner } from '../../../fixtures/drive-planner.ts'
import { environmentFixture } from '../../../fixtures/experiment-state.ts'
import { executionOf, specOf } from './simulated-run.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** A machine with devices, and what a batch needs of the one that it runs on. */
interface DeviceWorld {
  /** Of each device, in bytes. */
  totals: readonly number[]
  /** What others hold of every device, in bytes. */
  othersBytes: number
  /** What the driver keeps for itself, and counts in the total. */
  reservedBytes?: number
  needBytes(batchSize: number): number
  /** What is seen of it; as it is unless told. */
  seenBytes?(batchSize: number): number
  /** From this batch size on it is the host's memory that runs out. */
  hostEndsAt?: number
}

const affine = (fixed: number, perItem: number) => (batchSize: number) => fixed + perItem * batchSize

const world: DeviceWorld = {
  totals: [24 * GiB],
  othersBytes: 1.5 * GiB,
  needBytes: affine(812 * MiB, 37.4 * MiB),
}

/** The largest batch size that fits. */
function truth({ totals, othersBytes, reservedBytes = 0, needBytes }: DeviceWorld, device = 0): number {
  const free = (totals[device] ?? 0) - othersBytes - reservedBytes
  let batchSize = 0
  while (needBytes(batchSize + 1) <= free) batchSize += 1
  return batchSize
}

function onCuda(constraints: ExperimentSpec['constraints'], device = 0): ExperimentSpec {
  const spec = specOf('auto')
  return { ...spec, constraints, factors: { ...spec.factors, executionProviders: ['cuda'], device } }
}

function measureIn(simulated: DeviceWorld, spec: ExperimentSpec) {
  const { totals, othersBytes, needBytes, seenBytes = needBytes, hostEndsAt = Infinity } = simulated
  const devices = totals.map((memoryTotalBytes, index) => ({ index, name: 'gpu', memoryTotalBytes }))
  const environment = { ...environmentFixture, devices }
  const execute = (trial: Trial, block: number): Execution => {
    const { batchSize, device } = trial.config
    const before = { deviceBaselineBytes: othersBytes }
    const ranOut = (memoryOwner: 'device' | 'host'): Execution => {
      const execution = executionOf(trial, block, 'out-of-memory')
      return { ...execution, memory: before, ...{ memoryOwner } } as Execution
    }
    if (batchSize >= hostEndsAt) return ranOut('host')
    if (batchSize > truth(simulated, device)) return ranOut('device')
    const memory = { ...before, devicePeakBytes: seenBytes(batchSize), hostPeakBytes: 400 * MiB }
    return { ...executionOf(trial, block, 2 + 0.05 * batchSize), memory }
  }
  const run = drivePlanner(spec, execute, { environment })
  const analysis = analyse({
    spec,
    trials: run.history.map(({ trial }) => trial),
    executions: run.history.flatMap(({ executions }) => executions),
    skips: new Map(),
    environment,
  })
  return { run, boundary: analysis.boundary }
}

describe('the memory boundary of a device', () => {
  it('is found exactly, where the total less what others hold predicted it', () => {
    const largest = truth(world)
    const { run, boundary } = measureIn(world, onCuda({ boundaryGranularity: 1 }))
    expect(boundary).toEqual({
      largestThatFits: largest,
      smallestThatDoesNot: largest + 1,
      limitedBy: 'device',
      predicted: expect.objectContaining({ batchSize: largest }) as unknown,
    })
    // Doubling ends at 1024; the prediction, the one above it and the second run are all that it takes from there.
    expect(run.decisions.filter((decision) => decision.startsWith('Memory boundary: '))).toHaveLength(3)
  })

  it('is that of the device that was asked for', () => {
    const two = { ...world, totals: [24 * GiB, 16 * GiB] }
    const spec = onCuda({ boundaryGranularity: 1 }, 1)
    const { boundary } = measureIn(two, spec)
    expect(boundary).toMatchObject({
      largestThatFits: truth(two, 1),
      predicted: { batchSize: truth(two, 1) },
    })
    expect(truth(two, 1)).toBeLessThan(truth(two, 0))
  })

  it('is exact also where the driver keeps some of the total for itself, with the prediction within 3 %', () => {
    const reserving = { ...world, reservedBytes: 0.02 * 24 * GiB }
    const { boundary } = measureIn(reserving, onCuda({ boundaryGranularity: 1 }))
    const largest = truth(reserving)
    expect(boundary).toMatchObject({ largestThatFits: largest, limitedBy: 'device' })
    expect(Math.abs((boundary?.predicted?.batchSize ?? 0) / largest - 1)).toBeLessThan(0.03)
  })

  it('is exact also where the arena takes memory in powers of two', () => {
    const arena = { ...world, seenBytes: (size: number) => 2 ** Math.ceil(Math.log2(world.needBytes(size))) }
    const { boundary } = measureIn(arena, onCuda({ boundaryGranularity: 1 }))
    expect(boundary).toMatchObject({ largestThatFits: truth(arena), limitedBy: 'device' })
  })

  it('is measured to within what was asked, and no nearer', () => {
    const onePercent = Math.floor(0.01 * truth(world))
    const spec = onCuda({ boundaryGranularity: onePercent })
    const { run, boundary } = measureIn(world, spec)
    const { largestThatFits = 0, smallestThatDoesNot = 0 } = boundary ?? {}
    expect(largestThatFits).toBeLessThanOrEqual(truth(world))
    expect(smallestThatDoesNot).toBeGreaterThan(truth(world))
    expect(smallestThatDoesNot - (largestThatFits ?? 0)).toBeLessThanOrEqual(onePercent)
    expect(run.done).toBe(true)
  })

  it("is not limited by a budget on the host's memory", () => {
    const spec = onCuda({ boundaryGranularity: 1, memoryBudgetBytes: 2 * GiB })
    expect(measureIn(world, spec).boundary).toMatchObject({
      largestThatFits: truth(world),
      limitedBy: 'device',
      predicted: { batchSize: truth(world) },
    })
  })

  it("is the host's where its memory ran out first, and then the device's memory predicts nothing", () => {
    const { boundary } = measureIn({ ...world, hostEndsAt: 200 }, onCuda({ boundaryGranularity: 1 }))
    expect(boundary).toEqual({ largestThatFits: 199, smallestThatDoesNot: 200, limitedBy: 'host' })
  })

  it('is nothing where not even one item fits', () => {
    const tiny = { ...world, totals: [2 * GiB], needBytes: affine(812 * MiB, 37.4 * MiB) }
    expect(measureIn(tiny, onCuda({ boundaryGranularity: 1 })).boundary).toMatchObject({
      largestThatFits: null,
      smallestThatDoesNot: 1,
      limitedBy: 'device',
    })
  })
})
