import type { CompletedTrialReport } from '../../electron/contract/analysis.ts'
import { formatBytes } from '../../electron/contract/quantity.ts'
import { roundCeiling } from './axis-ceiling.ts'
import {
  batchChart,
  curveDataset,
  levelAnnotation,
  lostDatasets,
  type BatchChartInput,
} from './batch-chart.ts'
import { byteUnitFor } from './byte-unit.ts'
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

/**
 * Peak memory over the batch size: of the host process, and of the device where one was used. Beyond the boundary it
 * is hatched; a memory budget is a line across.
 */
export function memoryChart(input: BatchChartInput, budgetBytes?: number): PlotConfiguration {
  const kinds = kindsIn(input)
  const all = input.curves.flatMap((curve) =>
    curve.measured.flatMap((trial) => kinds.map((kind) => kind.read(trial) ?? 0)),
  )
  const largest = Math.max(0, budgetBytes ?? 0, ...all)
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
    annotations:
      budgetBytes === undefined
        ? {}
        : {
            budget: levelAnnotation(
              budgetBytes / unit.bytes,
              `budget ${formatBytes(budgetBytes)}`,
              input.colours.caution,
              input.colours,
            ),
          },
    y: {
      max: roundCeiling((largest / unit.bytes) * 1.1),
      label: (value) => `${tickText(value)} ${unit.name}`,
    },
    describe: (point, label) => `${label}: ${formatBytes(point.y * unit.bytes)}`,
  })
}
