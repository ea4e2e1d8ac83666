import type { MemoryPeaks, MemoryPrediction, TrialConfig } from '../../contract/trial.ts'
import { fitMemory, memoryPoints, predictMemory, type MeasuredMemory } from '../recommendation/memory-fit.ts'
import { seriesKey, type SeriesConfig } from './configurations.ts'
import type { PlannerHistory } from './planner-history.ts'

/**
 * What an execution of this configuration will need, by the line through the memory of its series' batch sizes that
 * completed before; with an interval from three sizes on. `undefined` with fewer than two, and where memory does not follow
 * a line.
 */
export function forecastMemory(config: TrialConfig, history: PlannerHistory): MemoryPrediction | undefined {
  const { of, points } = memoryPoints(measuredMemory(config, history))
  const fit = fitMemory(points)
  const predicted = fit && predictMemory(fit, config.batchSize)
  return predicted && { of, ...predicted }
}

/** The highest peaks of every batch size of a series that completed and never failed. */
export function measuredMemory(series: SeriesConfig, history: PlannerHistory): MeasuredMemory[] {
  const key = seriesKey(series)
  return history.configs
    .filter((config) => seriesKey(config) === key && history.failure(config) === undefined)
    .flatMap((config) => {
      const completed = history.completed(config)
      return completed.length === 0
        ? []
        : [{ config, memory: highest(completed.map(({ memory }) => memory)) }]
    })
}

function highest(all: readonly MemoryPeaks[]): MemoryPeaks {
  const most = (name: 'hostPeakBytes' | 'devicePeakBytes' | 'deviceBaselineBytes') => {
    const values = all.flatMap((peaks) => peaks[name] ?? [])
    return values.length === 0 ? {} : { [name]: Math.max(...values) }
  }
  return { ...most('hostPeakBytes'), ...most('devicePeakBytes'), ...most('deviceBaselineBytes') }
}
