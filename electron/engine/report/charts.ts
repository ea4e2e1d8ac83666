import {
  BasicPlatform,
  type ChartConfiguration,
  type ChartDataset,
  type Plugin,
  type ScaleOptionsByType,
} from 'chart.js'
import { asGoodAsBest } from '../../contract/evidence.ts'
import type { Analysis, CompletedTrialReport, Goal, TrialReport } from '../../contract/analysis.ts'
import { batchAxis } from './batch-axis.ts'
import {
  alikeMarks,
  boundLine,
  fittedLines,
  hatchedBeyond,
  outOfMemoryMarks,
  recommendedMarks,
  whiskers,
  type IntervalPoint,
} from './chart-marks.ts'
import { aboutFits, latencyFormulaOf, latencyLines, memoryLines, type Curve } from './chart-fits.ts'
import { plainNumber } from './plain-number.ts'
import { sloPhrase } from '../../contract/experiment.ts'
import { peakBytes } from './trial-table.ts'
import { ink, seriesStyle, translucent, type SeriesStyle } from './series-style.ts'

/** A chart of a report: what to draw, and what to say above it. */
export interface ReportChart {
  title: string
  /** Units, and what bands and marks mean. */
  about: string
  config: ChartConfiguration<'line', IntervalPoint[]>
}

/** What a person is shown of an analysis; nothing where no curve has two points. `plotWidth` in points. */
export function reportCharts(analysis: Analysis, plotWidth: number): ReportChart[] {
  const curves = curvesOf(analysis)
  if (!curves.some(({ completed }) => completed.length > 1)) return []
  return [
    throughputChart(analysis, curves, plotWidth),
    latencyChart(analysis, curves, plotWidth),
    ...memoryChart(analysis, curves, plotWidth),
  ]
}

function curvesOf(analysis: Analysis): Curve[] {
  const byId = new Map(analysis.trials.map((trial) => [trial.id, trial]))
  return analysis.series.map((series, index) => {
    const trials = series.trialIds.flatMap((id): TrialReport[] => [byId.get(id) ?? []].flat())
    return {
      series,
      style: seriesStyle(index),
      completed: trials.filter((trial) => trial.outcome === 'completed'),
      outOfMemory: trials
        .filter(({ outcome }) => outcome === 'out-of-memory')
        .map(({ config }) => config.batchSize),
    }
  })
}

function throughputChart(analysis: Analysis, curves: readonly Curve[], plotWidth: number): ReportChart {
  const drawn = curves.map((curve) => ({
    ...curve,
    points: curve.completed.map(({ config, throughput }) => ({
      x: config.batchSize,
      y: throughput.itemsPerSecond,
      low: throughput.ci95?.[0],
      high: throughput.ci95?.[1],
    })),
  }))
  const marks = recommendedPoints(analysis, ['throughput', 'knee', 'slo', 'memory', 'efficiency'])
  const alike = alikePoints(analysis, curves)
  const fits = latencyLines(curves, (batchSize, latencyMs) => (batchSize * 1000) / latencyMs)
  return {
    title: 'Throughput',
    about: `items per second, with 95 % intervals${alike.length > 0 ? '; shaded points: no difference shown' : ''}${aboutFits(fits)}${aboutMarks(curves)}`,
    config: chart({
      sizes: sizesOf(curves),
      plotWidth,
      datasets: drawn.flatMap(({ series, style, points }) => [
        ...band(points, style),
        line(series.label, points, style),
      ]),
      legend: curves.length > 1,
      yAxis: 'from-zero',
      plugins: [
        alikeMarks(alike),
        fittedLines(fits),
        whiskers(drawn.map(({ points, style }) => ({ points, colour: style.colour }))),
        recommendedMarks(marks),
        crosses(curves),
      ],
    }),
  }
}

/** With more curves than this the medians are left out: nobody can follow them. */
const mostCurvesWithMedian = 3

function latencyChart(analysis: Analysis, curves: readonly Curve[], plotWidth: number): ReportChart {
  const withMedian = curves.length <= mostCurvesWithMedian
  const names = (label: string, percentile: string) =>
    curves.length > 1 ? `${label}, ${percentile}` : percentile
  const datasets = curves.flatMap(({ series, style, completed }) => {
    const at = (pick: (trial: CompletedTrialReport) => number) =>
      completed.map((trial) => ({ x: trial.config.batchSize, y: pick(trial) }))
    const p99 = line(
      names(series.label, 'p99'),
      at(({ latencyMs }) => latencyMs.p99),
      withMedian ? { ...style, dash: [4, 2] } : style,
      withMedian,
    )
    const p50 = line(
      names(series.label, 'p50'),
      at(({ latencyMs }) => latencyMs.p50),
      { ...style, dash: [] },
    )
    return withMedian ? [p50, p99] : [p99]
  })
  const values = datasets.flatMap(({ data }) => data.map(({ y }) => y))
  const { slo } = analysis
  const fits = withMedian ? latencyLines(curves, (_, latencyMs) => latencyMs) : []
  const steep = Math.max(...values) / Math.min(...values) > 20
  return {
    title: 'Latency',
    about: `ms, ${withMedian ? 'median and 99th percentile' : '99th percentile'}${steep ? ', logarithmic' : ''}${aboutFits(fits, latencyFormulaOf(curves))}${aboutMarks(curves)}`,
    config: chart({
      sizes: sizesOf(curves),
      plotWidth,
      datasets,
      legend: true,
      yAxis: steep ? 'logarithmic' : 'from-zero',
      plugins: [
        fittedLines(fits),
        ...(slo ? [boundLine(slo.milliseconds, sloPhrase(slo))] : []),
        crosses(curves),
      ],
    }),
  }
}

function memoryChart(analysis: Analysis, curves: readonly Curve[], plotWidth: number): ReportChart[] {
  const most = Math.max(...curves.flatMap(({ completed }) => completed.map((trial) => peakBytes(trial) ?? 0)))
  if (most === 0) return []
  const unit =
    most >= 1024 ** 3
      ? ({ name: 'GiB', bytes: 1024 ** 3 } as const)
      : ({ name: 'MiB', bytes: 1024 ** 2 } as const)
  const datasets = curves.map(({ series, style, completed }) => {
    const points = completed.flatMap((trial) => {
      const bytes = peakBytes(trial)
      return bytes === undefined ? [] : [{ x: trial.config.batchSize, y: bytes / unit.bytes }]
    })
    return line(series.label, points, style)
  })
  const fits = curves.flatMap(({ series, style, completed }) =>
    memoryLines(series, style, completed, unit.bytes),
  )
  const { boundary } = analysis
  const beyond =
    boundary !== null && curves.length === 1
      ? [hatchedBeyond(boundary.smallestThatDoesNot, `does not fit from ${boundary.smallestThatDoesNot}`)]
      : []
  const where = curves.flatMap(({ completed }) =>
    completed.map(({ memory }) => (memory.devicePeakBytes === undefined ? 'host' : 'device')),
  )
  return [
    {
      title: 'Memory',
      about: `peak in ${unit.name}, of the ${[...new Set(where)].join(' or the ')}${aboutFits(fits)}${beyond.length > 0 ? '' : aboutMarks(curves)}`,
      config: chart({
        sizes: sizesOf(curves),
        plotWidth,
        datasets,
        legend: curves.length > 1,
        yAxis: 'from-zero',
        plugins: [fittedLines(fits), ...beyond, crosses(curves)],
      }),
    },
  ]
}

/** The points that show no difference from the highest throughput, where there are several. */
function alikePoints(analysis: Analysis, curves: readonly Curve[]) {
  const card = analysis.recommendations.find(({ goal }) => goal === 'throughput')
  const curve = curves.find(({ series }) => series.trialIds.includes(card?.trialId ?? ''))
  const sizes = card === undefined ? [] : asGoodAsBest(card)
  if (curve === undefined || sizes.length < 2) return []
  return curve.completed
    .filter(({ config }) => sizes.includes(config.batchSize))
    .map(({ config, throughput }) => ({
      x: config.batchSize,
      y: throughput.itemsPerSecond,
      colour: curve.style.colour,
    }))
}

function crosses(curves: readonly Curve[]): Plugin<'line'> {
  const colourOf = (style: SeriesStyle) => (curves.length > 1 ? style.colour : ink.mark)
  return outOfMemoryMarks(
    curves.flatMap(({ outOfMemory, style }) => outOfMemory.map((x) => ({ x, colour: colourOf(style) }))),
  )
}

function aboutMarks(curves: readonly Curve[]): string {
  return curves.some(({ outOfMemory }) => outOfMemory.length > 0) ? '; × ran out of memory' : ''
}

const goalNames: Record<Goal, string> = {
  latency: 'latency',
  throughput: 'throughput',
  knee: 'knee',
  slo: 'latency bound',
  memory: 'memory',
  efficiency: 'per watt',
}

function recommendedPoints(analysis: Analysis, goals: readonly Goal[]) {
  const names = new Map<string, string[]>()
  for (const { goal, trialId } of analysis.recommendations) {
    if (trialId !== undefined && goals.includes(goal)) {
      names.set(trialId, [...(names.get(trialId) ?? []), goalNames[goal]])
    }
  }
  return analysis.trials.flatMap((trial) => {
    const goalsOfTrial = names.get(trial.id)
    if (goalsOfTrial === undefined || trial.outcome !== 'completed') return []
    return [{ x: trial.config.batchSize, y: trial.throughput.itemsPerSecond, name: goalsOfTrial.join(', ') }]
  })
}

function sizesOf(curves: readonly Curve[]): number[] {
  return curves.flatMap(({ completed, outOfMemory }) => [
    ...completed.map(({ config }) => config.batchSize),
    ...outOfMemory,
  ])
}

type LineDataset = ChartDataset<'line', IntervalPoint[]>

function line(name: string, points: IntervalPoint[], style: SeriesStyle, hollow = false): LineDataset {
  return {
    // The legend sets its text too close to the shape.
    label: ` ${name}`,
    data: points,
    borderColor: style.colour,
    borderWidth: 1.4,
    borderDash: style.dash,
    pointStyle: style.shape,
    pointRadius: points.length > 20 ? 2 : 3,
    pointBorderWidth: 1.2,
    pointBorderColor: style.colour,
    pointBackgroundColor: hollow ? '#ffffff' : style.colour,
    backgroundColor: hollow ? '#ffffff' : style.colour,
    fill: false,
  }
}

/** Two lines that are not drawn, and the space between them that is. */
function band(points: readonly IntervalPoint[], style: SeriesStyle): LineDataset[] {
  const bounded = points.filter(({ low, high }) => low !== undefined && high !== undefined)
  if (bounded.length < 2) return []
  const edge = (y: (point: IntervalPoint) => number): LineDataset => ({
    data: bounded.map((point) => ({ x: point.x, y: y(point) })),
    borderWidth: 0,
    pointRadius: 0,
    fill: false,
  })
  return [
    edge(({ low, y }) => low ?? y),
    { ...edge(({ high, y }) => high ?? y), fill: '-1', backgroundColor: translucent(style.colour, 0.16) },
  ]
}

/** Ticks at 1, 2 and 5 times powers of ten. */
const logarithmicTicks: Pick<ScaleOptionsByType<'logarithmic'>, 'afterBuildTicks'> = {
  afterBuildTicks: (axis) => {
    const round = [1, 2, 5].flatMap((first) =>
      Array.from({ length: 13 }, (_, index) => first * 10 ** (index - 6)),
    )
    axis.ticks = round
      .filter((value) => value >= axis.min && value <= axis.max)
      .sort((a, b) => a - b)
      .map((value) => ({ value }))
  },
}

/** Room for the numbers of the vertical axis, in points. */
const valueAxisWidth = 36

function chart(options: {
  sizes: readonly number[]
  plotWidth: number
  datasets: LineDataset[]
  legend: boolean
  yAxis: 'from-zero' | 'logarithmic'
  plugins: Plugin<'line'>[]
}): ReportChart['config'] {
  const font = { family: 'Inter', size: 7.5 }
  const grid = { color: ink.line, lineWidth: 0.6, tickLength: 3 }
  return {
    type: 'line',
    platform: BasicPlatform,
    data: { datasets: options.datasets },
    plugins: options.plugins,
    options: {
      animation: false,
      responsive: false,
      devicePixelRatio: 1,
      events: [],
      font,
      color: ink.text,
      layout: { padding: { top: 4, right: 4, bottom: 0, left: 0 } },
      scales: {
        x: {
          ...batchAxis(options.sizes, options.plotWidth),
          title: {
            display: true,
            text: 'batch size',
            color: ink.muted,
            font,
            padding: { top: 2, bottom: 0 },
          },
          grid: { ...grid, drawOnChartArea: false, color: ink.muted },
          border: { color: ink.muted, width: 0.6 },
          ticks: {
            color: ink.muted,
            font,
            autoSkip: false,
            maxRotation: 0,
            callback: (value) => plainNumber(Number(value)),
          },
        },
        y: {
          type: options.yAxis === 'logarithmic' ? 'logarithmic' : 'linear',
          beginAtZero: options.yAxis === 'from-zero',
          grace: options.yAxis === 'from-zero' ? '12%' : 0,
          ...(options.yAxis === 'logarithmic' && logarithmicTicks),
          grid,
          border: { display: false },
          // The same for all charts of a report, so that their batch sizes stand under each other.
          afterFit: (axis) => {
            axis.width = valueAxisWidth
          },
          ticks: {
            color: ink.muted,
            font,
            maxTicksLimit: 7,
            callback: (value) => plainNumber(Number(value)),
          },
        },
      },
      plugins: {
        legend: {
          display: options.legend,
          position: 'top',
          align: 'end',
          labels: {
            usePointStyle: true,
            boxHeight: 5,
            boxWidth: 6,
            padding: 15,
            font,
            color: ink.text,
            filter: ({ text }) => text !== undefined && text !== '',
          },
        },
        filler: { drawTime: 'beforeDatasetsDraw' },
      },
    },
  }
}
