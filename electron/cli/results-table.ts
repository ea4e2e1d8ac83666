import Table from 'cli-table3'
import type { Analysis, LatencySummary, TrialReport } from '../contract/analysis.ts'
import { relativeHalfWidthOf, type Interval } from '../contract/interval.ts'
import { formatNumber } from '../contract/quantity.ts'
import { visibleLength, wrap, type Terminal } from './terminal.ts'
import { outcomeWords, varyingFactors } from './trial-words.ts'

/** A table without a frame: a line under the head, two spaces between columns. */
const bare = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' },
}

interface Column {
  head: string
  align: 'left' | 'right'
  valueOf(trial: TrialReport): string
}

/** Narrower than this a column of text is no use to anybody. */
const leastWidth = 16

/**
 * Lines of text in columns, numbers to the right; the head is underlined. The last column is broken where the terminal
 * ends.
 */
export function formatTable(
  head: readonly string[],
  aligns: readonly ('left' | 'right')[],
  allRows: readonly (readonly string[])[],
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): string {
  const last = head.length - 1
  const taken = head
    .slice(0, last)
    .reduce(
      (sum, text, column) =>
        sum + 2 + Math.max(text.length, ...allRows.map((row) => widestLine(row[column] ?? ''))),
      0,
    )
  const room = Math.max(leastWidth, width - taken)
  const rows = allRows.map((row) => row.map((cell, column) => (column === last ? wrap(cell, room) : cell)))
  const table = new Table({
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [], compact: true },
    colAligns: [...aligns],
  })
  const widths = head.map((text, column) =>
    Math.max(text.length, ...rows.map((row) => widestLine(row[column] ?? ''))),
  )
  table.push(
    head.map((text) => style('bold', text)),
    widths.map((width) => style('dim', '─'.repeat(width))),
    ...rows.map((row) => [...row]),
  )
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** One row a trial, ascending by batch size within each series. Figures that the samples cannot carry begin with `~`. */
export function resultsTable(analysis: Analysis, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const trials = trialsInOrder(analysis)
  const columns = columnsFor(analysis, trials, terminal)
  return formatTable(
    columns.map(({ head }) => head),
    columns.map(({ align }) => align),
    trials.map((trial) => columns.map(({ valueOf }) => valueOf(trial))),
    terminal,
  )
}

function widestLine(cell: string): number {
  return Math.max(...cell.split('\n').map(visibleLength))
}

/** The trials, ascending by batch size within each series. */
export function trialsInOrder({ series, trials }: Analysis): TrialReport[] {
  const ids = series.flatMap(({ trialIds }) => trialIds)
  const position = (trial: TrialReport) => {
    const at = ids.indexOf(trial.id)
    return at < 0 ? ids.length : at
  }
  return [...trials].sort((a, b) => position(a) - position(b) || a.config.batchSize - b.config.batchSize)
}

function columnsFor(
  { slo }: Analysis,
  trials: readonly TrialReport[],
  { style }: Pick<Terminal, 'style'>,
): Column[] {
  const right = (head: string, valueOf: Column['valueOf']): Column => ({ head, align: 'right', valueOf })
  const latency = (head: string, read: (summary: LatencySummary) => string) =>
    right(head, (trial) => (trial.outcome === 'completed' ? read(trial.latencyMs) : ''))
  const megabytes = (bytes: number | undefined) =>
    bytes === undefined ? '' : formatNumber(bytes / 1024 ** 2)
  const bound = slo?.percentile === 90 || slo?.percentile === 95 ? slo.percentile : 99
  const columns = [
    right('batch', ({ config }) => config.batchSize.toLocaleString('en-US')),
    ...varyingFactors(trials).map(({ head, valueOf }) => right(head, ({ config }) => valueOf(config))),
    right('items/s', (trial) =>
      trial.outcome === 'completed' ? formatNumber(trial.throughput.itemsPerSecond) : '',
    ),
    right('± %', (trial) => (trial.outcome === 'completed' ? halfWidth(trial.throughput.ci95) : '')),
    latency('mean ms', ({ mean }) => formatNumber(mean)),
    latency('p50 ms', ({ p50 }) => formatNumber(p50)),
    latency(`p${bound} ms`, (summary) => {
      const value = bound === 90 ? summary.p90 : bound === 95 ? summary.p95 : summary.p99
      return `${summary.unsupportedPercentiles.includes(bound) ? '~' : ''}${formatNumber(value)}`
    }),
    right('host MiB', ({ memory }) => megabytes(memory.hostPeakBytes)),
  ]
  if (trials.some(({ memory }) => memory.devicePeakBytes !== undefined)) {
    columns.push(right('device MiB', ({ memory }) => megabytes(memory.devicePeakBytes)))
  }
  if (trials.some((trial) => trial.outcome === 'completed' && trial.energy !== undefined)) {
    columns.push(
      right('J/item', (trial) =>
        trial.outcome === 'completed' && trial.energy !== undefined
          ? formatNumber(trial.energy.joulesPerItem)
          : '',
      ),
    )
  }
  const notes = (trial: TrialReport) => {
    if (trial.outcome !== 'completed') {
      return style(trial.outcome === 'skipped' ? 'dim' : 'red', outcomeWords[trial.outcome])
    }
    return style('yellow', trial.flags.map(({ name }) => name).join(', '))
  }
  if (trials.some((trial) => trial.outcome !== 'completed' || trial.flags.length > 0)) {
    columns.push({ head: 'notes', align: 'left', valueOf: notes })
  }
  return columns
}

/** The `±` of an interval in percent, without the sign; empty without an interval. */
function halfWidth(interval: Interval | undefined): string {
  const relative = interval && relativeHalfWidthOf(interval)
  return relative === undefined ? '' : (100 * relative).toFixed(1)
}
