import type { Chart } from 'chart.js'
import { formatBytes, formatDuration, formatNumber } from '../../electron/contract/quantity.ts'
import { steadyCeiling } from './axis-ceiling.ts'
import { byteUnitFor } from './byte-unit.ts'
import type { ChartColours } from './chart-colours.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  tickText,
  verticalAxis,
  type PlotConfiguration,
  type PlotPoint,
} from './plot.ts'
import { writeRingPoints, type TimeView } from './ring-points.ts'
import type { SampleSource } from './sample-source.ts'
import type { SeriesLook } from './series-look.ts'
import { timeTicks } from './time-ticks.ts'
import { createTrialBands, type TrialBand } from './trial-bands.ts'

/** One curve of a live chart: a column of a ring. */
export interface LiveCurve {
  label: string
  look: SeriesLook
  ring: SampleSource
  column: string
}

export type LiveQuantity = 'bytes' | 'items/s' | 'ms' | 'percent'

/** One of the charts over time. */
export interface LiveChartDefinition {
  id: string
  title: string
  quantity: LiveQuantity
  curves: LiveCurve[]
}

/** What all charts over time share, so that they stay in step. */
export interface LiveFrame {
  view: TimeView
  bands: readonly TrialBand[]
  colours: ChartColours
}

/** Most points of a curve that are drawn; more than there are pixels tell nothing. */
export const livePointLimit = 3000

/** A value of a live quantity as text. */
export function formatLive(quantity: LiveQuantity, value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (quantity === 'bytes') return formatBytes(value)
  if (quantity === 'percent') return `${Math.round(value)} %`
  return `${formatNumber(value)} ${quantity}`
}

/** A chart over time: the configuration to create it with, and what to do before each of its draws. */
export interface LiveChart {
  configuration(colours: ChartColours): PlotConfiguration
  /** Brings the chart's data and axes up to date in place; the caller then updates and draws it. */
  refresh(chart: Chart<'line', PlotPoint[]>): void
}

export function createLiveChart(definition: LiveChartDefinition, frame: () => LiveFrame): LiveChart {
  const points: PlotPoint[][] = definition.curves.map(() => [])
  const isBytes = definition.quantity === 'bytes'
  let ceiling = 1
  let unit = byteUnitFor(1024 ** 2)

  return {
    configuration(colours) {
      const base = basePlotOptions(colours)
      return {
        type: 'line',
        data: {
          datasets: definition.curves.map((curve, index) => ({
            ...datasetLook(curve.look, colours),
            label: curve.label,
            data: points[index] ?? [],
            pointRadius: 0,
            pointHitRadius: 0,
          })),
        },
        plugins: [
          createTrialBands(() => {
            const { bands, view } = frame()
            return { bands, originMs: view.originMs, colours: frame().colours }
          }),
        ],
        options: {
          ...base,
          // The crosshair is an element above the canvas, shared by all charts: moving it draws nothing here.
          events: [],
          scales: {
            x: {
              ...horizontalAxis({ colours, min: 0, max: 1, label: (s) => formatDuration(s * 1000) }),
              afterBuildTicks: (axis) => {
                axis.ticks = timeTicks(axis.min, axis.max, Math.max(2, Math.floor(axis.width / 80))).map(
                  (value) => ({ value }),
                )
              },
            },
            y: verticalAxis({
              colours,
              min: 0,
              max: ceiling,
              most: 5,
              label: (value) =>
                isBytes
                  ? `${tickText(value)} ${unit.name}`
                  : definition.quantity === 'percent'
                    ? `${tickText(value)} %`
                    : tickText(value),
            }),
          },
        },
      }
    },
    refresh(chart) {
      const { view } = frame()
      if (isBytes) unit = byteUnitFor(largestIn(definition, view))
      const divisor = isBytes ? unit.bytes : 1
      let largest = 0
      definition.curves.forEach((curve, index) => {
        const target = points[index]
        if (target === undefined) return
        const written = writeRingPoints(target, curve.ring, curve.column, view, {
          limit: livePointLimit,
          divisor,
        })
        largest = Math.max(largest, written)
      })
      ceiling =
        definition.quantity === 'percent'
          ? Math.max(100, steadyCeiling(ceiling, largest))
          : steadyCeiling(ceiling, largest)
      chart.data.datasets.forEach((dataset, index) => {
        const target = points[index]
        if (target !== undefined && dataset.data !== target) dataset.data = target
      })
      const scales = chart.options.scales
      const x = scales?.['x']
      const y = scales?.['y']
      if (x !== undefined) {
        x.min = (view.fromMs - view.originMs) / 1000
        x.max = (view.toMs - view.originMs) / 1000
      }
      if (y !== undefined) y.max = ceiling
    },
  }
}

/** Largest value in view, so that the unit is known before the points are written in it. */
function largestIn(definition: LiveChartDefinition, view: TimeView): number {
  let largest = 0
  for (const { ring, column } of definition.curves) {
    const end = Math.min(ring.length, ring.rowFrom(view.toMs) + 1)
    for (let row = Math.max(0, ring.rowFrom(view.fromMs) - 1); row < end; row += 1) {
      const value = ring.valueAt(column, row)
      if (value > largest) largest = value
    }
  }
  return largest
}
