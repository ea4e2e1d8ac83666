import type { Plugin } from 'chart.js'
import type { ChartColours } from './chart-colours.ts'
import { withAlpha } from './colour-alpha.ts'

/** A stretch of time in which one execution ran. */
export interface TrialBand {
  trialId: string
  fromMs: number
  /** Absent while it runs. */
  toMs?: number
  /** Short name of what ran, for example its batch size. */
  label: string
  /** Set when it ended without a measurement: drawn as a cross with these words. */
  failure?: string
}

export interface TrialBandsView {
  bands: readonly TrialBand[]
  originMs: number
  colours: ChartColours
}

const labelMargin = 4
const crossSize = 4

/**
 * Draws what was measured when behind a live chart: every second execution shaded, its batch size at the top where
 * there is room, and a cross and a dashed line where one ended without a measurement. Reads its input at each draw
 * and hands Chart.js no options, because resolving those ten times a second for hundreds of bands is slow.
 */
export function createTrialBands(view: () => TrialBandsView): Plugin<'line'> {
  return {
    id: 'trialBands',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart
      const scale = scales['x']
      if (scale === undefined) return
      const { bands, originMs, colours } = view()
      const toPixel = (timeMs: number) => scale.getPixelForValue((timeMs - originMs) / 1000)
      ctx.save()
      ctx.beginPath()
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height)
      ctx.clip()
      ctx.font = `11px ${colours.font}`
      ctx.textBaseline = 'top'
      bands.forEach((band, index) => {
        const left = Math.max(toPixel(band.fromMs), chartArea.left)
        const right = Math.min(
          band.toMs === undefined ? chartArea.right : toPixel(band.toMs),
          chartArea.right,
        )
        if (right < chartArea.left || left > chartArea.right || right <= left) return
        ctx.fillStyle = withAlpha(colours.textStrong, index % 2 === 0 ? 0.045 : 0.015)
        ctx.fillRect(left, chartArea.top, right - left, chartArea.height)
        if (band.failure !== undefined) drawFailure(ctx, right, chartArea, colours)
        const width = ctx.measureText(band.label).width
        if (right - left >= width + 2 * labelMargin) {
          ctx.fillStyle = band.toMs === undefined ? colours.textStrong : colours.text
          ctx.fillText(band.label, left + labelMargin, chartArea.top + 3)
        }
      })
      ctx.restore()
    },
  }
}

function drawFailure(
  ctx: CanvasRenderingContext2D,
  x: number,
  area: { top: number; bottom: number },
  colours: ChartColours,
): void {
  const at = x - crossSize - 1
  const y = area.top + 20
  ctx.strokeStyle = colours.bad
  ctx.lineWidth = 1
  ctx.setLineDash([2, 3])
  ctx.beginPath()
  ctx.moveTo(at, y + crossSize + 2)
  ctx.lineTo(at, area.bottom)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.lineWidth = 2
  ctx.beginPath()
  ctx.moveTo(at - crossSize, y - crossSize)
  ctx.lineTo(at + crossSize, y + crossSize)
  ctx.moveTo(at + crossSize, y - crossSize)
  ctx.lineTo(at - crossSize, y + crossSize)
  ctx.stroke()
}
