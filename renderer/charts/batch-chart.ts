import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { Analysis } from '../../electron/contract/analysis.ts'
import { formatCount } from '../../electron/contract/quantity.ts'
import { batchAxis, type BatchAxis } from './batch-axis.ts'
import type { BatchCurve } from './batch-curves.ts'
import type { ChartColours } from './chart-colours.ts'
import { withAlpha } from './colour-alpha.ts'
import { fittedPlugin } from './fitted-plugin.ts'
import { haloPlugin } from './halo-plugin.ts'
import { intervalPlugin } from './interval-plugin.ts'
import { outcomeNames } from './outcome-names.ts'
import {
  basePlotOptions,
  datasetLook,
  horizontalAxis,
  isPlotPoint,
  verticalAxis,
  type FittedPoint,
  type PlotConfiguration,
  type PlotDataset,
  type PlotPoint,
} from './plot.ts'
import type { SeriesLook } from './series-look.ts'

/** What every chart over the batch size is made from. */
export interface BatchChartInput {
  analysis: Analysis
  curves: readonly BatchCurve[]
  axis: BatchAxis
  colours: ChartColours
  /** The trial that is looked at; its points are drawn larger. */
  selectedTrialId?: string
  /** Trials that cannot be told apart from the recommended one, itself included; empty where it stands alone. */
  alikeTrialIds?: ReadonlySet<string>
}

/** The x axis for an analysis; a memory boundary gets room to be seen. */
export function analysisAxis(analysis: Analysis): BatchAxis {
  const axis = batchAxis(analysis.trials.map((trial) => trial.config.batchSize))
  if (analysis.boundary === null) return axis
  const edge = axis.toX(analysis.boundary.smallestThatDoesNot)
  return { ...axis, max: Math.max(axis.max, edge + (edge - axis.min) * 0.12) }
}

/** One measured curve: a value per trial, with its interval where there is one. */
export function curveDataset(
  input: BatchChartInput,
  choice: {
    label: string
    look: SeriesLook
    points: PlotPoint[]
    /** The line fitted to the points, by batch size. */
    fitted?: ((batchSize: number) => number) | undefined
  },
): PlotDataset {
  const isSelected = (point: unknown) => isPlotPoint(point) && point.trialId === input.selectedTrialId
  const colour = input.colours.series[choice.look.colour] ?? input.colours.text
  return {
    ...datasetLook(choice.look, input.colours),
    label: choice.label,
    data: choice.points,
    ...(choice.fitted === undefined
      ? {}
      : { fitted: fittedPoints(input.axis, choice.points, choice.fitted) }),
    pointRadius: ({ raw }) => (isSelected(raw) ? 6 : 3),
    pointHoverRadius: 6,
    pointBackgroundColor: ({ raw }) => (isSelected(raw) ? input.colours.ground : colour),
    pointBorderColor: colour,
    pointBorderWidth: ({ raw }) => (isSelected(raw) ? 2.5 : 1),
    pointHitRadius: 12,
  }
}

/** Enough for a curve without corners at any width. */
const fittedSteps = 64

/** A fitted line from the first measured point to the last, dense enough to be drawn as a curve on any axis. */
function fittedPoints(
  axis: BatchAxis,
  points: readonly PlotPoint[],
  valueAt: (batchSize: number) => number,
): FittedPoint[] {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || last.x <= first.x) return []
  return Array.from({ length: fittedSteps + 1 }, (_, step) => {
    const x = first.x + ((last.x - first.x) * step) / fittedSteps
    return { x, y: valueAt(axis.toBatch(x)) }
  }).filter(({ y }) => Number.isFinite(y) && y > 0)
}

/** Trials without numbers stand on the axis: a cross in the colour of failure, a bar for what was passed over. */
export function lostDatasets(input: BatchChartInput, floor: number): PlotDataset[] {
  const points = input.curves.flatMap((curve) => curve.lost)
  if (points.length === 0) return []
  const skipped = (index: number) => points[index]?.outcome === 'skipped'
  return [
    {
      label: 'without numbers',
      data: points.map((trial) => ({
        x: input.axis.toX(trial.config.batchSize),
        y: floor,
        trialId: trial.id,
      })),
      showLine: false,
      clip: false,
      pointStyle: points.map((_, index) => (skipped(index) ? 'line' : 'crossRot')),
      borderColor: input.colours.bad,
      backgroundColor: input.colours.bad,
      pointBorderColor: points.map((_, index) => (skipped(index) ? input.colours.text : input.colours.bad)),
      pointBorderWidth: 2,
      pointRadius: 5,
      pointHoverRadius: 7,
      pointHitRadius: 12,
    },
  ]
}

/** Hatches what lies beyond the memory boundary. */
export function boundaryAnnotation(input: BatchChartInput): Record<string, AnnotationOptions> {
  const { boundary } = input.analysis
  if (boundary === null) return {}
  return {
    boundary: {
      type: 'box',
      xMin: input.axis.toX(boundary.smallestThatDoesNot),
      xMax: input.axis.max,
      backgroundColor: input.colours.hatch,
      borderWidth: 0,
      drawTime: 'beforeDatasetsDraw',
    },
    boundaryEdge: {
      type: 'line',
      scaleID: 'x',
      value: input.axis.toX(boundary.smallestThatDoesNot),
      borderColor: withAlpha(input.colours.bad, 0.7),
      borderWidth: 1,
      drawTime: 'beforeDatasetsDraw',
    },
  }
}

/** A line across the chart with its name at the right end. */
export function levelAnnotation(
  level: number,
  text: string,
  colour: string,
  colours: ChartColours,
): AnnotationOptions {
  return {
    type: 'line',
    scaleID: 'y',
    value: level,
    borderColor: colour,
    borderWidth: 1,
    borderDash: [4, 3],
    label: {
      display: true,
      content: text,
      position: 'start',
      yAdjust: -9,
      backgroundColor: withAlpha(colours.ground, 0.85),
      color: colour,
      font: { family: colours.font, size: 11, weight: 500 },
      padding: { x: 4, y: 1 },
    },
  }
}

/** Puts a chart over the batch size together. */
export function batchChart(
  input: BatchChartInput,
  choice: {
    datasets: PlotDataset[]
    annotations?: Record<string, AnnotationOptions>
    y: { min?: number; max: number; logarithmic?: boolean; label(value: number): string }
    /** Text of a value in the tooltip. */
    describe(point: PlotPoint, datasetLabel: string): string
  },
): PlotConfiguration {
  const { axis, colours, analysis } = input
  const base = basePlotOptions(colours)
  const outcomes = new Map(analysis.trials.map((trial) => [trial.id, trial]))
  return {
    type: 'line',
    data: { datasets: choice.datasets },
    plugins: [intervalPlugin, haloPlugin, fittedPlugin],
    options: {
      ...base,
      scales: {
        x: horizontalAxis({
          colours,
          min: axis.min,
          max: axis.max,
          ticks: axis.ticks.map(axis.toX),
          label: (x) => formatCount(Math.round(axis.toBatch(x))),
        }),
        y: verticalAxis({ colours, ...choice.y }),
      },
      plugins: {
        ...base.plugins,
        annotation: {
          clip: true,
          annotations: { ...boundaryAnnotation(input), ...choice.annotations },
        },
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) =>
              item === undefined ? '' : `Batch ${formatCount(Math.round(axis.toBatch(item.parsed.x ?? 0)))}`,
            label: (item) => {
              if (!isPlotPoint(item.raw)) return ''
              const trial = item.raw.trialId === undefined ? undefined : outcomes.get(item.raw.trialId)
              if (trial !== undefined && trial.outcome !== 'completed') return outcomeNames[trial.outcome]
              return choice.describe(item.raw, item.dataset.label ?? '')
            },
          },
        },
      },
    },
  }
}
