import type { Series, TrialReport } from '../../contract/analysis.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { seriesConfigurations, seriesKey, seriesLabel } from '../experiment/configurations.ts'
import { fitLatency } from './latency-fit.ts'
import { memoryFitOf, type MemoryLimits } from './memory-fit.ts'

/**
 * Trials that differ in nothing but the batch size, in the order in which their configurations first appear.
 */
export function seriesOf(trials: readonly Pick<TrialReport, 'id' | 'config'>[]): Series[] {
  const groups = new Map<string, { id: string; config: TrialConfig }[]>()
  for (const trial of trials) {
    const key = seriesKey(trial.config)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [trial])
    else group.push(trial)
  }
  const configs = [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [first.config]))

  return [...groups].map(([key, group]) => {
    const sorted = [...group].sort((one, other) => one.config.batchSize - other.config.batchSize)
    const config = sorted[0]?.config
    return {
      key,
      label: config === undefined ? key : seriesLabel(config, configs),
      trialIds: sorted.map(({ id }) => id),
    }
  })
}

/**
 * With variants or runtimes, the series in the order of the factors: the reference before what is measured beside it,
 * whichever came to run first.
 */
export function inPlannedOrder(series: readonly Series[], spec: Pick<ExperimentSpec, 'factors'>): Series[] {
  const { variants, runtimes } = spec.factors
  if (variants === undefined && runtimes === undefined) return [...series]
  const keys = seriesConfigurations(spec).map(seriesKey)
  const place = ({ key }: Series) => (keys.includes(key) ? keys.indexOf(key) : keys.length)
  return series.toSorted((one, other) => place(one) - place(other))
}

/** The series with the lines that its completed trials follow in latency and memory, as far as there are enough. */
export function withFits(
  series: Series,
  reportOf: ReadonlyMap<string, TrialReport>,
  limits: MemoryLimits,
): Series {
  const completed = series.trialIds.flatMap((id) => {
    const report = reportOf.get(id)
    return report?.outcome === 'completed' ? [report] : []
  })
  const latencyFit = fitLatency(completed)
  const memoryFit = memoryFitOf(completed, limits)
  return { ...series, ...(latencyFit && { latencyFit }), ...(memoryFit && { memoryFit }) }
}
