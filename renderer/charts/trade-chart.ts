import type { Analysis } from '../../electron/contract/analysis.ts'
import { tradeAxes, tradeName, tradePoints } from '../../electron/contract/variant-trade.ts'
import { ratioText, relativeText, speedWords } from '../../electron/contract/variant-words.ts'
import type { ChartColours } from './chart-colours.ts'
import { markAnnotation } from './mark-annotation.ts'
import { namedMarks } from './named-marks-plugin.ts'
import { basePlotOptions, horizontalAxis, verticalAxis, type PlotConfiguration } from './plot.ts'
import { seriesLook } from './series-look.ts'

/** Look of a model: that of its series in the charts over the batch size. */
export function modelLook({ series }: Pick<Analysis, 'series'>, key: string) {
  return seriesLook(
    Math.max(
      0,
      series.findIndex((each) => each.key === key),
    ),
  )
}

/**
 * What variants gain against what they lose: items per second over the reference's (with the 95 % interval) across, the
 * relative error of the outputs up, logarithmic; one mark a model, at its best batch size. What has no error stands at
 * the foot.
 */
export function tradeChart(
  analysis: Analysis,
  colours: ChartColours,
  selectedTrialId?: string,
): PlotConfiguration {
  const base = basePlotOptions(colours)
  const points = tradePoints(analysis)
  const axes = tradeAxes(points)
  return {
    type: 'line',
    data: {
      datasets: points.map((point) => {
        const look = modelLook(analysis, point.series)
        const colour = colours.series[look.colour] ?? colours.text
        const isSelected = point.trialId === selectedTrialId
        return {
          label: tradeName(point),
          data: [
            {
              x: point.speed.ratio,
              y: axes.yOf(point),
              ...(point.speed.ci95 && { low: point.speed.ci95[0], high: point.speed.ci95[1] }),
              trialId: point.trialId,
            },
          ],
          showLine: false,
          clip: false,
          borderColor: colour,
          backgroundColor: colour,
          pointStyle: look.shape,
          pointRadius: isSelected ? 7 : 5,
          pointHoverRadius: 7,
          pointBorderColor: colour,
          pointBorderWidth: isSelected || point.isReference ? 2 : 1,
          pointBackgroundColor: isSelected || point.isReference ? colours.ground : colour,
          pointHitRadius: 12,
        }
      }),
    },
    plugins: [namedMarks(colours.font)],
    options: {
      ...base,
      interaction: { mode: 'nearest', axis: 'xy', intersect: true },
      scales: {
        x: horizontalAxis({ colours, ...axes.x, most: 6, label: ratioText }),
        y: {
          ...verticalAxis({
            ...{ colours, min: axes.y.min, max: axes.y.max, logarithmic: true },
            label: (value) => axes.y.ticks.find((tick) => tick.value === value)?.text ?? '',
          }),
          afterBuildTicks: (axis) => {
            axis.ticks = axes.y.ticks.map(({ value }) => ({ value }))
          },
        },
      },
      plugins: {
        ...base.plugins,
        annotation: {
          clip: true,
          annotations: { reference: markAnnotation('x', 1, 'as fast as the reference', colours) },
        },
        tooltip: {
          ...base.plugins?.tooltip,
          callbacks: {
            title: ([item]) => item?.dataset.label ?? '',
            label: (item) => {
              const point = points[item.datasetIndex]
              if (point === undefined || point.isReference) return 'the reference'
              return [
                `${speedWords(point.speed)} as fast as the reference`,
                `outputs off by ${relativeText(point.error)}`,
              ]
            },
          },
        },
      },
    },
  }
}
