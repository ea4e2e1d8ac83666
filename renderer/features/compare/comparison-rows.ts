import type {
  ComparedConfiguration,
  Comparison,
  LatencyChange,
} from '../../../electron/contract/comparison.ts'
import { formatCount, formatNumber, formatSignedPercent } from '../../../electron/contract/quantity.ts'
import { builtInRuntime } from '../../../electron/contract/runtime.ts'
import type { TrialConfig } from '../../../electron/contract/trial.ts'
import { referenceName } from '../../../electron/contract/variant-words.ts'

/** One line of the table: all configurations together, or one of them. */
export interface ComparisonRow {
  key: string
  name: string
  /** Everything but the batch size, where that differs between configurations. */
  detail: string
  change: LatencyChange
  before: string
  after: string
  throughput: string
  memory: string
  executions: string
}

/** The rows of the table: all together first, where there are several. */
export function comparisonRows({ overall, configurations }: Comparison): ComparisonRow[] {
  const details = detailsOf(configurations.map(({ config }) => config))
  const each = configurations.map((configuration, index): ComparisonRow => {
    const { config, latency, throughput, memory } = configuration
    return {
      key: `${configuration.beforeTrialId} ${configuration.afterTrialId}`,
      name: `Batch ${formatCount(config.batchSize)}`,
      detail: details[index] ?? '',
      change: latency,
      before: formatNumber(configuration.beforeMs),
      after: formatNumber(configuration.afterMs),
      throughput: signedChange(throughput.ratio),
      memory: memoryChange(memory),
      executions: `${configuration.beforeExecutions} : ${configuration.afterExecutions}`,
    }
  })
  if (overall === null || configurations.length < 2) return each
  const nothing = { before: '', after: '', throughput: '', memory: '', executions: '' }
  return [{ key: 'all', name: 'All together', detail: '', change: overall, ...nothing }, ...each]
}

/** What a ratio adds or takes away: `+4.2 %`. */
export function signedChange(ratio: number): string {
  return formatSignedPercent(ratio - 1)
}

/** `−1.2 % to +4.0 %`; empty without an interval. */
export function intervalWords({ ci95 }: LatencyChange): string {
  return ci95 === undefined ? '' : `${signedChange(ci95[0])} to ${signedChange(ci95[1])}`
}

/** The device's where it is known, else the host's. */
function memoryChange({ deviceRatio, hostRatio }: ComparedConfiguration['memory']): string {
  const ratio = deviceRatio ?? hostRatio
  return ratio === undefined ? '' : signedChange(ratio)
}

function detailsOf(configs: readonly TrialConfig[]): string[] {
  const parts = configs.map(({ executionProvider, device, threads, dims, variant, runtime }) => [
    device === undefined || device === 0 ? executionProvider : `${executionProvider}:${device}`,
    threads === undefined ? 'default threads' : threads === 1 ? '1 thread' : `${threads} threads`,
    Object.entries(dims)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    variant ?? referenceName,
    runtime ?? builtInRuntime,
  ])
  const varies = [0, 1, 2, 3, 4].filter((at) => new Set(parts.map((each) => each[at])).size > 1)
  return parts.map((each) =>
    varies
      .map((at) => each[at])
      .filter((part) => part !== '')
      .join(', '),
  )
}
