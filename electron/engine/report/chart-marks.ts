import type { Chart, Plugin } from 'chart.js'
import { ink, translucent } from './series-style.ts'

/** A value with its 95 % interval, over a batch size. */
export interface IntervalPoint {
  x: number
  y: number
  low?: number
  high?: number
}

/** Whiskers at points that have an interval. */
export function whiskers(
  curves: readonly { points: readonly IntervalPoint[]; colour: string }[],
): Plugin<'line'> {
  return {
    id: 'whiskers',
    afterDatasetsDraw(chart) {
      const { ctx } = chart
      ctx.save()
      ctx.lineWidth = 0.8
      ctx.setLineDash([])
      for (const { points, colour } of curves) {
        ctx.strokeStyle = colour
        for (const { x, low, high } of points) {
          if (low === undefined || high === undefined) continue
          const [left, bottom, top] = [acrossOf(chart, x), upOf(chart, low), upOf(chart, high)]
          ctx.beginPath()
          ctx.moveTo(left, bottom)
          ctx.lineTo(left, top)
          for (const end of [bottom, top]) {
            ctx.moveTo(left - 3, end)
            ctx.lineTo(left + 3, end)
          }
          ctx.stroke()
        }
      }
      ctx.restore()
    },
  }
}

/** A line that was fitted to a curve, over its batch sizes. */
export interface FittedLine {
  from: number
  to: number
  colour: string
  valueAt(batchSize: number): number
}

const fittedSteps = 48

/** Fitted lines, thin and dotted, under what was measured. */
export function fittedLines(lines: readonly FittedLine[]): Plugin<'line'> {
  return {
    id: 'fitted-lines',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart
      const { left, top, right, bottom } = chartArea
      ctx.save()
      ctx.beginPath()
      ctx.rect(left, top, right - left, bottom - top)
      ctx.clip()
      ctx.lineWidth = 1
      ctx.setLineDash([1, 2.4])
      for (const { from, to, colour, valueAt } of lines) {
        ctx.strokeStyle = colour
        ctx.beginPath()
        for (let step = 0; step <= fittedSteps; step += 1) {
          const batchSize = from * (to / from) ** (step / fittedSteps)
          const place = [acrossOf(chart, batchSize), upOf(chart, valueAt(batchSize))] as const
          if (step === 0) ctx.moveTo(...place)
          else ctx.lineTo(...place)
        }
        ctx.stroke()
      }
      ctx.restore()
    },
  }
}

/** Discs behind the points of batch sizes that show no difference from the best. */
export function alikeMarks(marks: readonly { x: number; y: number; colour: string }[]): Plugin<'line'> {
  return {
    id: 'alike-marks',
    beforeDatasetsDraw(chart) {
      const { ctx } = chart
      ctx.save()
      for (const { x, y, colour } of marks) {
        ctx.fillStyle = translucent(colour, 0.25)
        ctx.beginPath()
        ctx.arc(acrossOf(chart, x), upOf(chart, y), 7.5, 0, 2 * Math.PI)
        ctx.fill()
      }
      ctx.restore()
    },
  }
}

/** A bound across the chart, with its name at the right. */
export function boundLine(value: number, name: string): Plugin<'line'> {
  return {
    id: 'bound-line',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart
      const y = upOf(chart, value)
      if (y < chartArea.top || y > chartArea.bottom) return
      ctx.save()
      stroke(ctx, [chartArea.left, y], [chartArea.right, y], [4, 3])
      label(ctx, name, chartArea.right - 2, y - 3, 'right')
      ctx.restore()
    },
  }
}

/** A cross at the foot of the chart for every batch size that ran out of memory. */
export function outOfMemoryMarks(marks: readonly { x: number; colour: string }[]): Plugin<'line'> {
  return {
    id: 'out-of-memory-marks',
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart
      const height = new Map<number, number>()
      ctx.save()
      ctx.lineWidth = 1.6
      ctx.setLineDash([])
      for (const { x, colour } of marks) {
        const above = height.get(x) ?? 0
        height.set(x, above + 1)
        const [left, bottom] = [acrossOf(chart, x), chartArea.bottom - 8 - above * 11]
        ctx.strokeStyle = colour
        ctx.beginPath()
        ctx.moveTo(left - 3.5, bottom - 3.5)
        ctx.lineTo(left + 3.5, bottom + 3.5)
        ctx.moveTo(left - 3.5, bottom + 3.5)
        ctx.lineTo(left + 3.5, bottom - 3.5)
        ctx.stroke()
      }
      ctx.restore()
    },
  }
}

/** Hatches what lies beyond a batch size, with a line at it and its name. */
export function hatchedBeyond(from: number, name: string): Plugin<'line'> {
  return {
    id: 'hatched-beyond',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea } = chart
      const { top, bottom, right } = chartArea
      const left = Math.max(chartArea.left, acrossOf(chart, from))
      if (left >= right) return
      ctx.save()
      ctx.beginPath()
      ctx.rect(left, top, right - left, bottom - top)
      ctx.clip()
      ctx.strokeStyle = ink.line
      ctx.lineWidth = 1
      ctx.beginPath()
      for (let x = left - (bottom - top); x < right; x += 7) {
        ctx.moveTo(x, bottom)
        ctx.lineTo(x + (bottom - top), top)
      }
      ctx.stroke()
      ctx.restore()
      ctx.save()
      stroke(ctx, [left, top], [left, bottom], [4, 3])
      label(ctx, name, left - 4, top + 9, 'right')
      ctx.restore()
    },
  }
}

/** Rings around the points that are recommended, with the goals they are recommended for. */
export function recommendedMarks(marks: readonly { x: number; y: number; name: string }[]): Plugin<'line'> {
  return {
    id: 'recommended-marks',
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart
      ctx.save()
      ctx.strokeStyle = ink.text
      ctx.lineWidth = 1
      ctx.setLineDash([])
      const taken: { from: number; to: number; foot: number }[] = []
      for (const { x, y, name } of marks.toSorted((a, b) => a.x - b.x)) {
        const [left, top] = [acrossOf(chart, x), upOf(chart, y)]
        ctx.beginPath()
        ctx.arc(left, top, 6, 0, 2 * Math.PI)
        ctx.stroke()
        ctx.font = labelFont
        const half = ctx.measureText(name).width / 2 + 2
        const middle = Math.min(Math.max(left, chartArea.left + half), chartArea.right - half)
        const [from, to] = [middle - half, middle + half]
        const isFree = (foot: number) =>
          foot > chartArea.top - 2 &&
          !taken.some((other) => from < other.to && to > other.from && Math.abs(other.foot - foot) < 9)
        // Above its point, else below it, else farther away: where no neighbour's name is.
        const foot = [top - 10, top + 16, top - 19, top + 25].find(isFree) ?? top - 10
        taken.push({ from, to, foot })
        ctx.fillStyle = '#ffffffcc'
        ctx.fillRect(from, foot - 7, to - from, 9)
        label(ctx, name, middle, foot, 'center', ink.text)
      }
      ctx.restore()
    },
  }
}

const labelFont = '7.5px Inter'

function stroke(
  ctx: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
  dash: number[],
): void {
  ctx.strokeStyle = ink.mark
  ctx.lineWidth = 1
  ctx.setLineDash(dash)
  ctx.beginPath()
  ctx.moveTo(...from)
  ctx.lineTo(...to)
  ctx.stroke()
}

function label(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  colour: string = ink.mark,
): void {
  ctx.font = labelFont
  ctx.fillStyle = colour
  ctx.textAlign = align
  ctx.textBaseline = 'alphabetic'
  ctx.fillText(text, x, y)
}

/** Points from the left of the chart. */
function acrossOf(chart: Chart<'line'>, value: number): number {
  return chart.scales.x?.getPixelForValue(value) ?? 0
}

/** Points from the top of the chart. */
function upOf(chart: Chart<'line'>, value: number): number {
  return chart.scales.y?.getPixelForValue(value) ?? 0
}
