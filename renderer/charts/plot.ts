import type { ChartConfiguration, ChartDataset, ChartOptions } from 'chart.js'
import type { ChartColours } from './chart-colours.ts'
import type { SeriesLook } from './series-look.ts'

/** A point of a chart. */
export interface PlotPoint {
  x: number
  y: number
  /** Ends of its 95 % interval, where it has one. */
  low?: number
  high?: number
  /** Set apart by a halo: one of a set of points that belong together. */
  isAlike?: boolean
  /** The trial that it shows, where it shows one. */
  trialId?: string
}

/** Every chart of the workbench is drawn from lines and points at numbers. */
export type PlotConfiguration = ChartConfiguration<'line', PlotPoint[]>
export type PlotDataset = ChartDataset<'line', PlotPoint[]> & {
  /** A line fitted to the points: drawn thin and dotted under them, and never picked, for it was not measured. */
  fitted?: readonly FittedPoint[]
}
export type FittedPoint = Readonly<Pick<PlotPoint, 'x' | 'y'>>
export type PlotOptions = ChartOptions<'line'>

/** Width of the y axis in px: the same everywhere, so that charts above each other line up and none jumps. */
const axisWidth = 58

/** What all charts share: no animation, no guessing at the data, the theme's font, room for axes that do not jump. */
export function basePlotOptions(colours: ChartColours): PlotOptions {
  return {
    responsive: false,
    maintainAspectRatio: false,
    animation: false,
    parsing: false,
    normalized: true,
    font: { family: colours.font, size: 11 },
    color: colours.text,
    layout: { padding: { top: 6, right: 18, bottom: 0, left: 0 } },
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        animation: false,
        backgroundColor: colours.tooltip,
        borderColor: colours.axis,
        borderWidth: 1,
        titleColor: colours.textStrong,
        bodyColor: colours.textStrong,
        footerColor: colours.text,
        titleFont: { family: colours.font, size: 12, weight: 600 },
        bodyFont: { family: colours.font, size: 12 },
        footerFont: { family: colours.font, size: 11, weight: 400 },
        padding: 8,
        cornerRadius: 4,
        caretSize: 0,
        caretPadding: 12,
        usePointStyle: true,
        boxWidth: 8,
        boxHeight: 8,
        boxPadding: 4,
      },
      zoom: {},
      annotation: { annotations: {}, clip: true },
    },
  }
}

type LinearOptions = NonNullable<NonNullable<PlotOptions['scales']>[string]>

interface AxisChoice {
  colours: ChartColours
  min?: number
  max?: number
  /** Text of a tick. */
  label(value: number): string
  /** The ticks, where Chart.js shall not choose them. */
  ticks?: readonly number[]
  /** Most ticks that Chart.js chooses. */
  most?: number
}

const tickNumber = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** A tick as text: without the trailing zeros that a measured number would have. */
export function tickText(value: number): string {
  return tickNumber.format(value)
}

/** A numeric x axis at the bottom. */
export function horizontalAxis(choice: AxisChoice): LinearOptions {
  const { colours, ticks } = choice
  return {
    type: 'linear',
    position: 'bottom',
    min: choice.min,
    max: choice.max,
    border: { color: colours.axis },
    grid: { color: colours.grid, tickLength: 4, drawTicks: true, tickColor: colours.axis },
    afterBuildTicks:
      ticks === undefined
        ? undefined
        : (axis) => {
            axis.ticks = ticks.map((value) => ({ value }))
          },
    ticks: {
      color: colours.text,
      maxRotation: 0,
      autoSkip: ticks === undefined,
      maxTicksLimit: choice.most ?? 8,
      includeBounds: false,
      padding: 2,
      callback: (value) => choice.label(Number(value)),
    },
  }
}

/** A numeric y axis at the left, from zero unless it is logarithmic. */
export function verticalAxis(choice: AxisChoice & { logarithmic?: boolean }): LinearOptions {
  const { colours } = choice
  const shared = {
    position: 'left',
    min: choice.min,
    max: choice.max,
    border: { display: false },
    grid: { color: colours.grid, drawTicks: false },
    afterFit: (axis: { width: number }) => {
      axis.width = axisWidth
    },
  } as const
  const ticks = {
    color: colours.text,
    padding: 6,
    maxTicksLimit: choice.most ?? 5,
    // An end of the axis that is no round step would stand on top of the next tick.
    includeBounds: false,
    callback: (value: string | number) => choice.label(Number(value)),
  }
  if (choice.logarithmic === true) {
    return {
      ...shared,
      type: 'logarithmic',
      afterBuildTicks: (axis) => {
        axis.ticks = decadeTicks(axis.min, axis.max).map((value) => ({ value }))
      },
      ticks: { ...ticks, autoSkip: false },
    }
  }
  return { ...shared, type: 'linear', beginAtZero: true, ticks }
}

/** Ticks of a logarithmic axis: 1, 2 and 5 of each decade, or only the decades where there are many. */
export function decadeTicks(min: number, max: number): number[] {
  const steps = max / min > 500 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += 1) {
    for (const step of steps) {
      // Not step * 10 ** power: 10 ** -1 * 2 is no 0.2.
      const tick = Number(`${step}e${power}`)
      if (tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9)) ticks.push(tick)
    }
  }
  return ticks
}

/** The parts of a dataset that make its look. */
export function datasetLook(look: SeriesLook, colours: ChartColours): Partial<PlotDataset> {
  const colour = colours.series[look.colour] ?? colours.text
  return {
    borderColor: colour,
    backgroundColor: colour,
    pointStyle: look.shape,
    borderDash: [...look.dash],
    borderWidth: 1.5,
    tension: 0,
  }
}

export function isPlotPoint(value: unknown): value is PlotPoint {
  return typeof value === 'object' && value !== null && 'x' in value && 'y' in value
}
