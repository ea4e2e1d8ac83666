import type { Plugin } from 'chart.js'
import { withAlpha } from './colour-alpha.ts'
import { isPlotPoint } from './plot.ts'

const capHeight = 3
const gap = 9

interface Taken {
  from: number
  to: number
  foot: number
}

/**
 * For charts with one point a dataset: the dataset's name beside its point, where no other name stands, and the point's
 * 95 % interval along the x axis. `family` is the font of the names.
 */
export const namedMarks = (family: string): Plugin<'line'> => ({
  id: 'named-marks',
  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales } = chart
    const { x: across, y: up } = scales
    if (across === undefined || up === undefined) return
    const colour = typeof chart.options.color === 'string' ? chart.options.color : '#888888'
    const taken: Taken[] = []
    ctx.save()
    ctx.setLineDash([])
    ctx.lineWidth = 1
    ctx.font = `500 11px ${family}`
    ctx.textAlign = 'left'
    ctx.textBaseline = 'alphabetic'
    for (const { data, borderColor, label = '' } of chart.data.datasets) {
      const [point] = data
      if (!isPlotPoint(point)) continue
      const [x, y] = [across.getPixelForValue(point.x), up.getPixelForValue(point.y)]
      if (point.low !== undefined && point.high !== undefined) {
        const ends = [across.getPixelForValue(point.low), across.getPixelForValue(point.high)] as const
        ctx.strokeStyle = withAlpha(typeof borderColor === 'string' ? borderColor : colour, 0.8)
        ctx.beginPath()
        ctx.moveTo(ends[0], y)
        ctx.lineTo(ends[1], y)
        for (const end of ends) {
          ctx.moveTo(end, y - capHeight)
          ctx.lineTo(end, y + capHeight)
        }
        ctx.stroke()
      }
      const width = ctx.measureText(label).width
      const left = x + gap + width > chartArea.right ? x - gap - width : x + gap
      const foot = freeFoot(y, left, left + width, taken)
      taken.push({ from: left, to: left + width, foot })
      ctx.fillStyle = colour
      ctx.fillText(label, left, foot)
    }
    ctx.restore()
  },
})

/** Above the point, else below it, else farther away. */
function freeFoot(y: number, from: number, to: number, taken: readonly Taken[]): number {
  const isFree = (foot: number) =>
    !taken.some((other) => from < other.to && to > other.from && Math.abs(other.foot - foot) < 13)
  return [y - 6, y + 15, y - 19, y + 28].find(isFree) ?? y - 6
}
