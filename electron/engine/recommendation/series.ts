import type { Series, TrialReport } from '../../contract/analysis.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { seriesKey } from '../experiment/configurations.ts'

/**
 * Trials that differ in nothing but the batch size, in the order in which their configurations first appear. Labels name
 * the execution provider, and of the rest only what differs between series: `cpu`, `cpu, 2 threads`, `cuda:1, seq=128`.
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
  const threadsVary = new Set(configs.map(({ threads }) => threads)).size > 1
  const dimNames = [...new Set(configs.flatMap(({ dims }) => Object.keys(dims)))]
  const varyingDims = dimNames.filter((name) => new Set(configs.map(({ dims }) => dims[name])).size > 1)

  return [...groups].map(([key, group]) => {
    const sorted = [...group].sort((one, other) => one.config.batchSize - other.config.batchSize)
    const config = sorted[0]?.config
    return {
      key,
      label: config === undefined ? key : labelOf(config, threadsVary, varyingDims),
      trialIds: sorted.map(({ id }) => id),
    }
  })
}

function labelOf(config: TrialConfig, threadsVary: boolean, varyingDims: readonly string[]): string {
  const { executionProvider, device, threads, dims } = config
  const parts = [device === undefined || device === 0 ? executionProvider : `${executionProvider}:${device}`]
  if (threadsVary) {
    parts.push(threads === undefined ? 'default threads' : threads === 1 ? '1 thread' : `${threads} threads`)
  }
  for (const name of varyingDims) {
    const value = dims[name]
    if (value !== undefined) parts.push(`${name}=${value}`)
  }
  return parts.join(', ')
}
