import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { CompletedTrialReport } from '../../electron/contract/analysis.ts'
import { type MemoryFit, fittedMemoryBytes } from '../../electron/contract/fit.ts'
import { formatBytes, formatCount } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import {
  batchChart,
  curveDataset,
  levelAnnotation,
  lostDatasets,
  type BatchChartInput,
} from './batch-chart.ts'
import { byteUnitFor } from './byte-unit.ts'
import { markAnnotation } from './mark-annotation.ts'
import { tickText, type PlotConfiguration } from './plot.ts'

/** Whose memory it is. */
interface MemoryKind {
  name: string
  read(trial: CompletedTrialReport): number | undefined
}

const device: MemoryKind = { name: 'device', read: (trial) => trial.memory.devicePeakBytes }
const host: MemoryKind = { name: 'host', read: (trial) => trial.memory.hostPeakBytes }

/** Kinds of memory that an analysis' trials tell of: the device's first. */
function kindsIn(input: BatchChartInput): MemoryKind[] {
  return [device, host].filter((kind) =>
    input.curves.some((curve) => curve.measured.some((trial) => kind.read(trial) !== undefined)),
  )
}

/** Names of the memory chart's curves of one series, the first drawn solid and the second dashed. */
export function memoryKinds(input: BatchChartInput): string[] {
  return kindsIn(input).map(({ name }) => name)
}

/** The fitted memory of a kind, in the axis' unit. */
function memoryOf(
  fit: MemoryFit | undefined,
  kind: MemoryKind,
  unitBytes: number,
): ((batchSize: number) => number) | undefined {
  if (fit === undefined || fit.of !== kind.name) return undefined
  return (batchSize) => fittedMemoryBytes(fit, batchSize) / unitBytes
}

/** A limit that is no budget is drawn where it is at most this many times what was measured: else all else is flat. */
const farthestLimit = 2

/** What there is of memory, with its name: the budget, else the limit that the fit knows of, where it is near. */
function limitOf(
  input: BatchChartInput,
  budgetBytes: number | undefined,
  largest: number,
): { bytes: number; name: string } | undefined {
  if (budgetBytes !== undefined) return { bytes: budgetBytes, name: 'budget' }
  const limits = input.curves.flatMap(({ memoryFit }) => memoryFit?.limitBytes ?? [])
  const [bytes] = limits
  if (bytes === undefined || limits.some((limit) => limit !== bytes)) return undefined
  return bytes <= largest * farthestLimit ? { bytes, name: 'limit' } : undefined
}

/** Where the fitted line meets the limit, as a mark across; only within the axis and for one curve. */
function predictionAnnotation(input: BatchChartInput): Record<string, AnnotationOptions> {
  const [curve, ...others] = input.curves
  const predicted = curve?.memoryFit?.largestThatFits?.batchSize
  if (predicted === undefined || others.length > 0) return {}
  const x = input.axis.toX(predicted)
  if (!(x > input.axis.min && x < input.axis.max)) return {}
  const mark = markAnnotation('x', x, `predicted to fit: ${formatCount(predicted)}`, input.colours)
  return { predicted: mark }
}

/**
 * Peak memory over the batch size: of the host process, and of the device where one was used. Beyond the boundary it
 * is hatched; a memory budget is a line across, and so is what the machine has where that is near. The fitted line is
 * dotted; where it meets the limit is marked.
 */
export function memoryChart(input: BatchChartInput, budgetBytes?: number): PlotConfiguration {
  const kinds = kindsIn(input)
  const all = input.curves.flatMap((curve) =>
    curve.measured.flatMap((trial) => kinds.map((kind) => kind.read(trial) ?? 0)),
  )
  const limit = limitOf(input, budgetBytes, Math.max(0, ...all))
  const largest = Math.max(0, limit?.bytes ?? 0, ...all)
  const unit = byteUnitFor(largest)
  const datasets = input.curves.flatMap((curve) =>
    kinds.map((kind, index) =>
      curveDataset(input, {
        label: [
          input.curves.length > 1 ? curve.label : '',
          kinds.length > 1 || input.curves.length === 1 ? kind.name : '',
        ]
          .filter((part) => part !== '')
          .join(' '),
        look: index === 0 ? curve.look : { ...curve.look, dash: [4, 3] },
        fitted: memoryOf(curve.memoryFit, kind, unit.bytes),
        points: curve.measured.flatMap((trial) => {
          const bytes = kind.read(trial)
          if (bytes === undefined) return []
          return [{ x: input.axis.toX(trial.config.batchSize), y: bytes / unit.bytes, trialId: trial.id }]
        }),
      }),
    ),
  )
  return batchChart(input, {
    datasets: [...datasets, ...lostDatasets(input, 0)],
    annotations: {
      ...predictionAnnotation(input),
      ...(limit !== undefined && {
        budget: levelAnnotation(
          limit.bytes / unit.bytes,
          `${limit.name} ${formatBytes(limit.bytes)}`,
          input.colours.caution,
          input.colours,
        ),
      }),
    },
    y: {
      max: roundCeiling((largest / unit.bytes) * 1.1),
      label: (value) => `${tickText(value)} ${unit.name}`,
    },
    describe: (point, label) => `${label}: ${formatBytes(point.y * unit.bytes)}`,
  })
}
