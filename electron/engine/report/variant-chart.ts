import { BasicPlatform, type Plugin } from 'chart.js'
import type { Analysis } from '../../contract/analysis.ts'
import { tradeAxes, tradeName, tradePoints, type TradePoint } from '../../contract/variant-trade.ts'
import { ratioText } from '../../contract/variant-words.ts'
import type { ReportChart } from './charts.ts'
import { ink, seriesStyle, type SeriesStyle } from './series-style.ts'

const font = { family: 'Inter', size: 7.5 }
const grid = { color: ink.line, lineWidth: 0.6, tickLength: 3 }
/** Room for the words at the vertical axis, in points: that of the other charts. */
const valueAxisWidth = 36

/** What variants gain in speed against what they lose in their outputs; nothing where there is none to show. */
export function variantChart(analysis: Analysis): ReportChart[] {
  const points = tradePoints(analysis)
  if (!points.some(({ isReference }) => !isReference)) return []
  const axes = tradeAxes(points)
  const styles = points.map(({ series }) =>
    seriesStyle(analysis.series.findIndex(({ key }) => key === series)),
  )
  const marks = points.map((point, index) => ({ point, style: styles[index] ?? seriesStyle(0) }))
  return [
    {
      title: 'Variants',
      about:
        'items/s over those of the reference, with 95 % intervals, and the relative error of the outputs, logarithmic',
      config: {
        type: 'line',
        platform: BasicPlatform,
        data: {
          datasets: marks.map(({ point, style }) => ({
            data: [{ x: point.speed.ratio, y: axes.yOf(point) }],
            showLine: false,
            pointStyle: style.shape,
            pointRadius: 4,
            pointBorderWidth: 1.4,
            pointBorderColor: style.colour,
            pointBackgroundColor: point.isReference ? '#ffffff' : style.colour,
            clip: false,
          })),
        },
        plugins: [namedMarks(marks, axes.yOf)],
        options: {
          ...{ animation: false, responsive: false, devicePixelRatio: 1, events: [], font, color: ink.text },
          layout: { padding: { top: 4, right: 4, bottom: 0, left: 0 } },
          scales: {
            x: {
              ...{ type: 'linear', min: axes.x.min, max: axes.x.max },
              title: {
                display: true,
                text: 'times as fast as the reference',
                color: ink.muted,
                font,
                padding: { top: 2, bottom: 0 },
              },
              grid: { ...grid, drawOnChartArea: false, color: ink.muted },
              border: { color: ink.muted, width: 0.6 },
              ticks: {
                color: ink.muted,
                font,
                maxRotation: 0,
                includeBounds: false,
                callback: (value) => ratioText(Number(value)),
              },
            },
            y: {
              ...{ type: 'logarithmic', min: axes.y.min, max: axes.y.max },
              grid,
              border: { display: false },
              afterFit: (axis) => {
                axis.width = valueAxisWidth
              },
              afterBuildTicks: (axis) => {
                axis.ticks = axes.y.ticks.map(({ value }) => ({ value }))
              },
              ticks: {
                ...{ color: ink.muted, font, autoSkip: false },
                callback: (value) => axes.y.ticks.find((tick) => tick.value === Number(value))?.text ?? '',
              },
            },
          },
          plugins: { legend: { display: false } },
        },
      },
    },
  ]
}

interface Mark {
  readonly point: TradePoint
  readonly style: SeriesStyle
}

/** The reference's line, and at every mark its name and the interval of its speed. */
function namedMarks(marks: readonly Mark[], yOf: (point: TradePoint) => number): Plugin<'line'> {
  return {
    id: 'named-marks',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const across = (value: number) => scales.x?.getPixelForValue(value) ?? 0
      const up = (value: number) => scales.y?.getPixelForValue(value) ?? 0
      ctx.save()
      ctx.lineWidth = 0.8
      ctx.strokeStyle = ink.muted
      ctx.setLineDash([3, 3])
      ctx.beginPath()
      ctx.moveTo(across(1), chartArea.top)
      ctx.lineTo(across(1), chartArea.bottom)
      ctx.stroke()
      ctx.setLineDash([])
      const taken: { from: number; to: number; foot: number }[] = []
      for (const { point, style } of marks) {
        const [x, y] = [across(point.speed.ratio), up(yOf(point))]
        const interval = point.speed.ci95
        if (interval !== undefined) {
          ctx.strokeStyle = style.colour
          ctx.beginPath()
          ctx.moveTo(across(interval[0]), y)
          ctx.lineTo(across(interval[1]), y)
          ctx.stroke()
        }
        const name = tradeName(point)
        ctx.font = '7.5px Inter'
        const width = ctx.measureText(name).width
        const left = x + 7 + width > chartArea.right ? x - 7 - width : x + 7
        const isFree = (foot: number) =>
          !taken.some(
            (other) => left < other.to && left + width > other.from && Math.abs(other.foot - foot) < 9,
          )
        const foot = [y - 5, y + 11, y - 14, y + 20].find(isFree) ?? y - 5
        taken.push({ from: left, to: left + width, foot })
        ctx.fillStyle = ink.text
        ctx.textAlign = 'left'
        ctx.textBaseline = 'alphabetic'
        ctx.fillText(name, left, foot)
      }
      ctx.restore()
    },
  }
}
