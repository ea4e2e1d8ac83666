import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatNumber,
} from '../../contract/quantity.ts'
import { relativeHalfWidthOf } from '../../contract/interval.ts'
import { runtimeVersion } from '../runtimes/runtime-version.ts'
import type { Check, Sweep, SweptTrial, TorchRow, VerificationReport } from './report.ts'

const verdictWords: Record<Check['verdict'], string> = {
  passed: 'passed',
  failed: '**failed**',
  skipped: 'skipped',
  information: 'information',
}

/** The whole report for people, as Markdown. */
export function verificationMarkdown(report: VerificationReport): string {
  const { headline, checks, sweeps, torch, notShown, verdict } = report
  const parts = [
    `# ${report.provider === 'cpu' ? 'Verification on the CPU' : 'GPU verification'}`,
    `**${headline}**`,
    machineLines(report),
    ...(verdict === 'skipped' ? [] : ['## Checks', checkTable(checks)]),
    ...sweeps.flatMap((sweep) => [`## Sweep: ${sweep.model}`, sweepTable(sweep), sweep.answer]),
    ...(torch.length > 0 ? ['## Beside PyTorch', torchTable(torch)] : []),
    '## What this does not show',
    notShown.map((sentence) => `- ${sentence}`).join('\n'),
  ]
  return `${parts.join('\n\n')}\n`
}

function machineLines({
  environment,
  started,
  durationMs,
  timeBudgetMs,
  generator,
  device,
  provider,
}: VerificationReport) {
  const { host, driver } = environment
  const status = environment.providers.find(({ name }) => name === provider)
  const used = status?.usable === true ? status.runtime : undefined
  return [
    [
      'Machine',
      `${host.cpu}, ${host.logicalCores} logical cores, ${formatBytes(host.memoryBytes)} memory, ${host.system}, ${host.kernel}`,
    ],
    ['Device', `${device}${driver === undefined ? '' : `, driver ${driver.version}`}`],
    [
      'Provider',
      `${provider}, ONNX Runtime ${runtimeVersion(environment, used)}${used === undefined ? '' : ` (runtime ${used})`}`,
    ],
    ['Date', started],
    ['Took', `${formatDuration(durationMs)} of ${formatDuration(timeBudgetMs)}`],
    ['Made by', generator],
  ]
    .map(([name, text]) => `- ${name}: ${text}`)
    .join('\n')
}

function checkTable(checks: readonly Check[]): string {
  return table(
    ['check', 'verdict', 'what was seen', 'took'],
    checks.map(({ name, verdict, sentence, durationMs }) => [
      ...[name, verdictWords[verdict], sentence],
      durationMs < 100 ? '' : formatMilliseconds(durationMs),
    ]),
  )
}

function sweepTable({ trials }: Sweep): string {
  const withEnergy = trials.some(({ energy }) => energy !== undefined)
  const onDevice = trials.some(({ memory }) => memory.devicePeakBytes !== undefined)
  const head = [
    'batch',
    'items/s',
    '±',
    'p50',
    'p99',
    onDevice ? 'device memory' : 'host memory',
    'predicted',
  ]
  const rows = trials.map((trial) => [
    formatCount(trial.batchSize),
    trial.itemsPerSecond === undefined ? trial.outcome : formatNumber(trial.itemsPerSecond),
    halfWidth(trial),
    trial.p50Ms === undefined ? '' : formatMilliseconds(trial.p50Ms),
    trial.p99Ms === undefined
      ? ''
      : `${trial.p99Supported === false ? '~' : ''}${formatMilliseconds(trial.p99Ms)}`,
    bytes(onDevice ? trial.memory.devicePeakBytes : trial.memory.hostPeakBytes),
    bytes(trial.predictedMemory?.bytes),
    ...(withEnergy
      ? [trial.energy === undefined ? '' : `${formatNumber(trial.energy.joulesPerItem)} J`]
      : []),
    trial.flags.map(({ name }) => name).join(', '),
  ])
  const uncertain = trials.some(({ p99Supported }) => p99Supported === false)
  const note = uncertain ? '\n\n`~`: the samples are too few to carry this percentile.' : ''
  return `${table([...head, ...(withEnergy ? ['energy an item'] : []), 'flags'], rows)}${note}`
}

function halfWidth({ itemsPerSecondCi95 }: SweptTrial): string {
  const relative = itemsPerSecondCi95 && relativeHalfWidthOf(itemsPerSecondCi95)
  return relative === undefined ? '' : `${(100 * relative).toFixed(1)} %`
}

function torchTable(rows: readonly TorchRow[]): string {
  const ratio = (ours: number | undefined, theirs: number | undefined) =>
    ours === undefined || theirs === undefined ? '' : (ours / theirs).toFixed(2)
  const rate = (value: number | undefined) => (value === undefined ? '' : formatNumber(value))
  return table(
    [
      ...['model', 'batch', 'ours, items/s', 'PyTorch fed from the host', 'ratio'],
      ...['PyTorch on the device', 'ratio', 'our device memory', "PyTorch's"],
    ],
    rows.map((row) => [
      ...[row.model, formatCount(row.batchSize), rate(row.ourItemsPerSecond)],
      row.outcome === 'completed' ? rate(row.fedItemsPerSecond) : row.outcome,
      ratio(row.ourItemsPerSecond, row.fedItemsPerSecond),
      rate(row.residentItemsPerSecond),
      ratio(row.ourItemsPerSecond, row.residentItemsPerSecond),
      ...[bytes(row.ourDeviceBytes), bytes(row.peakReservedBytes)],
    ]),
  )
}

function bytes(value: number | undefined): string {
  return value === undefined ? '' : formatBytes(value)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
