import type { TelemetrySample } from '../../electron/contract/telemetry.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import { byteUnitFor } from './byte-unit.ts'
import type { ChartColours } from './chart-colours.ts'
import { executionLook } from './histogram-chart.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  tickText,
  verticalAxis,
  type PlotConfiguration,
} from './plot.ts'

/** Readings further apart than this belong to different executions, in ms. */
const executionGapMs = 1_500

/**
 * A trial's telemetry as its executions: other trials ran between them, so that each begins after a gap.
 * Readings without a session host, or of one that just ended, are left out.
 */
export function splitExecutions(telemetry: readonly TelemetrySample[]): TelemetrySample[][] {
  const executions: TelemetrySample[][] = []
  let lastMs = -Infinity
  for (const sample of telemetry) {
    if (sample.host === undefined || sample.host.residentBytes === 0) continue
    if (sample.timeMs - lastMs > executionGapMs) executions.push([])
    executions.at(-1)?.push(sample)
    lastMs = sample.timeMs
  }
  return executions
}

/** Memory over the time since an execution began, as far as it was read. */
export type MemoryTrace = readonly { seconds: number; bytes: number }[]

/** Resident memory of the session host in each execution. */
export function hostMemory(executions: readonly (readonly TelemetrySample[])[]): MemoryTrace[] {
  return tracesOf(executions, ({ host }) => host?.residentBytes)
}

/**
 * Memory of a device in each execution: what the driver tells of the session host's own process where it does so in all of
 * them, else what the whole device has in use. `undefined` where nothing of it was read.
 */
export function deviceMemory(
  executions: readonly (readonly TelemetrySample[])[],
  index: number,
): { of: 'process' | 'device'; traces: MemoryTrace[] } | undefined {
  const readingOf = ({ devices }: TelemetrySample) => devices.find((device) => device.index === index)
  const ofDevice = tracesOf(executions, (sample) => readingOf(sample)?.memoryUsedBytes)
  const ofProcess = tracesOf(executions, (sample) => readingOf(sample)?.hostMemoryBytes)
  const isTold = (trace: MemoryTrace) => trace.length > 0
  if (
    ofProcess.some(isTold) &&
    ofDevice.every((trace, at) => !isTold(trace) || isTold(ofProcess[at] ?? []))
  ) {
    return { of: 'process', traces: ofProcess }
  }
  return ofDevice.some(isTold) ? { of: 'device', traces: ofDevice } : undefined
}

function tracesOf(
  executions: readonly (readonly TelemetrySample[])[],
  bytesOf: (sample: TelemetrySample) => number | undefined,
): MemoryTrace[] {
  return executions.map((samples) =>
    samples.flatMap((sample) => {
      const bytes = bytesOf(sample)
      const seconds = (sample.timeMs - (samples[0]?.timeMs ?? 0)) / 1000
      return bytes === undefined ? [] : [{ seconds, bytes }]
    }),
  )
}

/** Length of the longest execution in s. */
export function longestExecution(executions: readonly (readonly TelemetrySample[])[]): number {
  return Math.max(
    1,
    ...executions.map((samples) => ((samples.at(-1)?.timeMs ?? 0) - (samples[0]?.timeMs ?? 0)) / 1000),
  )
}

/** The memory of executions, laid over each other on an axis of `length` seconds. */
export function memoryTraceChart(
  executions: readonly MemoryTrace[],
  length: number,
  colours: ChartColours,
): PlotConfiguration {
  const base = basePlotOptions(colours)
  const largest = Math.max(0, ...executions.flat().map(({ bytes }) => bytes))
  const unit = byteUnitFor(largest)
  return {
    type: 'line',
    data: {
      datasets: executions.map((trace, index) => ({
        ...datasetLook(executionLook(index), colours),
        label: `execution ${index + 1}`,
        data: trace.map(({ seconds, bytes }) => ({ x: seconds, y: bytes / unit.bytes })),
        pointRadius: trace.length <= 5 ? 2 : 0,
      })),
    },
    options: {
      ...base,
      scales: {
        x: horizontalAxis({
          colours,
          min: 0,
          max: length,
          most: 5,
          label: (s) => `${tickText(s)} s`,
        }),
        y: verticalAxis({
          colours,
          max: roundCeiling((largest / unit.bytes) * 1.1),
          most: 4,
          label: (value) => `${tickText(value)} ${unit.name}`,
        }),
      },
      plugins: {
        ...base.plugins,
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) => `${tickText(item?.parsed.x ?? 0)} s`,
            label: (item) => `${item.dataset.label ?? ''}: ${formatBytes((item.parsed.y ?? 0) * unit.bytes)}`,
          },
        },
      },
    },
  }
}
