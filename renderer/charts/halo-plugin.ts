import type { Plugin } from 'chart.js'
import { withAlpha } from './colour-alpha.ts'
import { isPlotPoint } from './plot.ts'

const haloRadius = 9

/** Draws a halo around the points that are set apart as alike: batch sizes that cannot be told from the best. */
export const haloPlugin: Plugin<'line'> = {
  id: 'halos',
  beforeDatasetsDraw(chart) {
    const { ctx } = chart
    ctx.save()
    ctx.setLineDash([])
    ctx.lineWidth = 1
    chart.data.datasets.forEach((dataset, index) => {
      const { xScale, yScale } = chart.getDatasetMeta(index)
      if (!chart.isDatasetVisible(index) || xScale === undefined || yScale === undefined) return
      const colour = typeof dataset.borderColor === 'string' ? dataset.borderColor : '#888888'
      ctx.fillStyle = withAlpha(colour, 0.22)
      ctx.strokeStyle = withAlpha(colour, 0.7)
      for (const point of dataset.data) {
        if (!isPlotPoint(point) || point.isAlike !== true) continue
        ctx.beginPath()
        ctx.arc(
          xScale.getPixelForValue(point.x),
          yScale.getPixelForValue(point.y),
          haloRadius,
          0,
          2 * Math.PI,
        )
        ctx.fill()
        ctx.stroke()
      }
    })
    ctx.restore()
  },
}
