import type { ExecutionProvider, ExperimentSpec } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'

/** Everything of a configuration but the batch size: trials that share it make one curve. */
export type SeriesConfig = Omit<TrialConfig, 'batchSize'>

/** Providers that run on a device chosen by its index. */
const indexedProviders: ReadonlySet<ExecutionProvider> = new Set(['cuda', 'tensorrt', 'dml'])

/** Every combination of an experiment's factors except the batch size, in the order the factors were given. */
export function seriesConfigurations({ factors }: Pick<ExperimentSpec, 'factors'>): SeriesConfig[] {
  const threads = factors.threads.length === 0 ? [undefined] : factors.threads
  const dims = Object.entries(factors.dims).reduce<Record<string, number>[]>(
    (combinations, [key, values]) =>
      combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value }))),
    [{}],
  )
  return factors.executionProviders.flatMap((executionProvider) =>
    threads.flatMap((count) =>
      dims.map((values) => ({
        executionProvider,
        ...(indexedProviders.has(executionProvider) ? { device: factors.device ?? 0 } : {}),
        ...(count === undefined ? {} : { threads: count }),
        dims: values,
      })),
    ),
  )
}

/** Tells series apart: equal exactly when everything but the batch size is. */
export function seriesKey(config: SeriesConfig): string {
  const { executionProvider, device, threads, dims } = config
  const sorted = Object.entries(dims).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([executionProvider, device ?? null, threads ?? null, sorted])
}

/** Tells configurations apart: equal exactly when all factors are. */
export function configKey(config: TrialConfig): string {
  return `${config.batchSize} ${seriesKey(config)}`
}

/**
 * A series as a person says it: the execution provider, and of the rest only what differs between all series:
 * `cpu`, `cpu, 2 threads`, `cuda:1, seq=128`.
 */
export function seriesLabel(config: SeriesConfig, all: readonly SeriesConfig[]): string {
  const differs = (valueOf: (series: SeriesConfig) => unknown) =>
    all.some((series) => valueOf(series) !== valueOf(config))
  const { executionProvider, device, threads, dims } = config
  const parts = [device === undefined || device === 0 ? executionProvider : `${executionProvider}:${device}`]
  if (differs((series) => series.threads)) {
    parts.push(threads === undefined ? 'default threads' : threads === 1 ? '1 thread' : `${threads} threads`)
  }
  for (const [key, value] of Object.entries(dims)) {
    if (differs((series) => series.dims[key])) parts.push(`${key}=${value}`)
  }
  return parts.join(', ')
}
