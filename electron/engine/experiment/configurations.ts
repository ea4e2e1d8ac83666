import { indexedProviders, type ExecutionProvider, type ExperimentSpec } from '../../contract/experiment.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { referenceName } from '../../contract/variant-words.ts'

/** Everything of a configuration but the batch size: trials that share it make one curve. */
export type SeriesConfig = Omit<TrialConfig, 'batchSize'>

/**
 * Every combination of an experiment's factors except the batch size, in the order the factors were given; of each, the
 * reference first and its variants after it.
 */
export function seriesConfigurations({ factors }: Pick<ExperimentSpec, 'factors'>): SeriesConfig[] {
  const threads = factors.threads.length === 0 ? [undefined] : factors.threads
  const dims = Object.entries(factors.dims).reduce<Record<string, number>[]>(
    (combinations, [key, values]) =>
      combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value }))),
    [{}],
  )
  const variants = [undefined, ...(factors.variants ?? []).map(({ name }) => name)]
  return factors.executionProviders.flatMap((executionProvider) =>
    runtimesOf(factors, executionProvider).flatMap((runtime) =>
      threads.flatMap((count) =>
        dims.flatMap((values) =>
          variants.map((variant) => ({
            executionProvider,
            ...(indexedProviders.has(executionProvider) ? { device: factors.device ?? 0 } : {}),
            ...(count === undefined ? {} : { threads: count }),
            dims: values,
            ...(variant === undefined ? {} : { variant }),
            ...(runtime === builtInRuntime ? {} : { runtime }),
          })),
        ),
      ),
    ),
  )
}

/** The runtimes that a provider is measured in, by name. */
function runtimesOf({ runtimes }: ExperimentSpec['factors'], provider: ExecutionProvider): string[] {
  return runtimes?.[provider] ?? [builtInRuntime]
}

/** Tells series apart: equal exactly when everything but the batch size is. */
export function seriesKey(config: SeriesConfig): string {
  const { executionProvider, device, threads, dims, variant, runtime } = config
  const sorted = Object.entries(dims).sort(([a], [b]) => (a < b ? -1 : 1))
  const ofModel = variant === undefined ? [] : [variant]
  const inRuntime = runtime === undefined ? [] : [{ runtime }]
  return JSON.stringify([
    executionProvider,
    device ?? null,
    threads ?? null,
    sorted,
    ...ofModel,
    ...inRuntime,
  ])
}

/** The same configuration in the built-in runtime. */
export function inBuiltIn<C extends SeriesConfig>({ runtime: _, ...config }: C): Omit<C, 'runtime'> {
  return config
}

/** The same configuration of the reference. */
export function ofReference<C extends SeriesConfig>({ variant: _, ...config }: C): Omit<C, 'variant'> {
  return config
}

/** Tells configurations apart: equal exactly when all factors are. */
export function configKey(config: TrialConfig): string {
  return `${config.batchSize} ${seriesKey(config)}`
}

/**
 * A series as a person says it: the execution provider, and of the rest only what differs between all series:
 * `cpu`, `cpu, 2 threads`, `cuda:1, seq=128`; with runtimes, `cpu, built-in` and `cpu, onnxruntime@1.30.0`; with variants,
 * `cpu, reference` and `cpu, fp16`.
 */
export function seriesLabel(config: SeriesConfig, all: readonly SeriesConfig[]): string {
  const setting = settingLabel(config, all)
  return hasVariants(all) ? `${setting}, ${config.variant ?? referenceName}` : setting
}

export function hasVariants(all: readonly SeriesConfig[]): boolean {
  return all.some(({ variant }) => variant !== undefined)
}

/** The label without the variant: how the model was run, whichever it was. */
export function settingLabel(config: SeriesConfig, all: readonly SeriesConfig[]): string {
  const runtime = runtimeAmong(config, all)
  const [provider, ...rest] = placeParts(config, all)
  return [provider, ...(runtime === undefined ? [] : [runtime]), ...rest].join(', ')
}

/** The label without variant and runtime: `cpu`, `cuda:1, 2 threads`. */
export function placeLabel(config: SeriesConfig, all: readonly SeriesConfig[]): string {
  return placeParts(config, all).join(', ')
}

/** The name of the runtime, where its execution provider was measured in several; else `undefined`. */
export function runtimeAmong(config: SeriesConfig, all: readonly SeriesConfig[]): string | undefined {
  const { executionProvider, runtime } = config
  const isWithSeveral = all.some(
    (series) => series.executionProvider === executionProvider && series.runtime !== runtime,
  )
  return isWithSeveral ? (runtime ?? builtInRuntime) : undefined
}

function placeParts(config: SeriesConfig, all: readonly SeriesConfig[]): string[] {
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
  return parts
}
