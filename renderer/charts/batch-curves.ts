import type { LatencyFit, MemoryFit } from '../../electron/contract/fit.ts'
import type {
  Analysis,
  CompletedTrialReport,
  TrialReport,
  UnfinishedTrialReport,
} from '../../electron/contract/analysis.ts'
import { seriesLook, type SeriesLook } from './series-look.ts'

/** One series of an analysis, ready to be drawn over the batch size. */
export interface BatchCurve {
  key: string
  label: string
  look: SeriesLook
  /** Lines that the series follows; absent where there is none, or where it does not follow it. */
  latencyFit?: LatencyFit
  memoryFit?: MemoryFit
  /** Trials with numbers, ascending by batch size. */
  measured: CompletedTrialReport[]
  /** Trials without numbers, ascending by batch size. */
  lost: UnfinishedTrialReport[]
}

/** The curves of an analysis, one a series, in the analysis' order. */
export function batchCurves(analysis: Analysis): BatchCurve[] {
  const byId = new Map(analysis.trials.map((trial) => [trial.id, trial]))
  return analysis.series.map((series, index) => {
    const trials = series.trialIds
      .flatMap((id): TrialReport[] => {
        const trial = byId.get(id)
        return trial === undefined ? [] : [trial]
      })
      .sort((a, b) => a.config.batchSize - b.config.batchSize)
    return {
      key: series.key,
      label: series.label,
      look: seriesLook(index),
      ...(series.latencyFit?.follows === true && { latencyFit: series.latencyFit }),
      ...(series.memoryFit?.follows === true && { memoryFit: series.memoryFit }),
      measured: trials.filter((trial) => trial.outcome === 'completed'),
      lost: trials.filter((trial) => trial.outcome !== 'completed'),
    }
  })
}
