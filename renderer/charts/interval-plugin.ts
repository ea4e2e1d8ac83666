import type { Plugin } from 'chart.js'
import { withAlpha } from './colour-alpha.ts'
import type { PlotPoint } from './plot.ts'

const capWidth = 3

/**
 * Draws the 95 % intervals of points that have them: a faint band that leads the eye from one measured point to the
 * next, and a whisker at each, because only there was it measured.
 */
export const intervalPlugin: Plugin<'line'> = {
  id: 'intervals',
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height)
    ctx.clip()
    chart.data.datasets.forEach((dataset, index) => {
      if (!chart.isDatasetVisible(index)) return
      const meta = chart.getDatasetMeta(index)
      const { xScale, yScale } = meta
      if (xScale === undefined || yScale === undefined) return
      const whiskers = dataset.data.flatMap((point) => {
        if (!isIntervalPoint(point)) return []
        const x = xScale.getPixelForValue(point.x)
        return [{ x, low: yScale.getPixelForValue(point.low), high: yScale.getPixelForValue(point.high) }]
      })
      const first = whiskers[0]
      if (first === undefined) return
      const colour = typeof dataset.borderColor === 'string' ? dataset.borderColor : '#888888'

      ctx.fillStyle = withAlpha(colour, 0.16)
      ctx.beginPath()
      ctx.moveTo(first.x, first.high)
      for (const whisker of whiskers) ctx.lineTo(whisker.x, whisker.high)
      for (const whisker of [...whiskers].reverse()) ctx.lineTo(whisker.x, whisker.low)
      ctx.closePath()
      ctx.fill()

      ctx.strokeStyle = withAlpha(colour, 0.8)
      ctx.lineWidth = 1
      ctx.setLineDash([])
      ctx.beginPath()
      for (const { x, low, high } of whiskers) {
        ctx.moveTo(x, low)
        ctx.lineTo(x, high)
        for (const end of [low, high]) {
          ctx.moveTo(x - capWidth, end)
          ctx.lineTo(x + capWidth, end)
        }
      }
      ctx.stroke()
    })
    ctx.restore()
  },
}

function isIntervalPoint(point: unknown): point is PlotPoint & { low: number; high: number } {
  return (
    typeof point === 'object' &&
    point !== null &&
    'low' in point &&
    'high' in point &&
    Number.isFinite(point.low) &&
    Number.isFinite(point.high)
  )
}
