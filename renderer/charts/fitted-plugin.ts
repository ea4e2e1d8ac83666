import type { Plugin } from 'chart.js'
import { withAlpha } from './colour-alpha.ts'
import { isPlotPoint, type FittedPoint } from './plot.ts'

/** Shorter than the dash of a percentile's curve, so that the two are told apart. In px. */
const dots = [1.5, 3.5]

/** Draws the lines that were fitted to datasets: thin and dotted, under what was measured. */
export const fittedPlugin: Plugin<'line'> = {
  id: 'fitted',
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height)
    ctx.clip()
    ctx.lineWidth = 1.5
    ctx.setLineDash(dots)
    chart.data.datasets.forEach((dataset, index) => {
      const fitted = fittedOf(dataset)
      const { xScale, yScale } = chart.getDatasetMeta(index)
      if (fitted.length === 0 || !chart.isDatasetVisible(index)) return
      if (xScale === undefined || yScale === undefined) return
      ctx.strokeStyle = withAlpha(
        typeof dataset.borderColor === 'string' ? dataset.borderColor : '#888888',
        0.9,
      )
      ctx.beginPath()
      for (const { x, y } of fitted) ctx.lineTo(xScale.getPixelForValue(x), yScale.getPixelForValue(y))
      ctx.stroke()
    })
    ctx.restore()
  },
}

function fittedOf(dataset: object): readonly FittedPoint[] {
  const fitted: unknown = 'fitted' in dataset ? dataset.fitted : undefined
  return Array.isArray(fitted) ? fitted.filter(isPlotPoint) : []
}
