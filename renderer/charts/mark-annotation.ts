import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { ChartColours } from './chart-colours.ts'
import { withAlpha } from './colour-alpha.ts'

/** A thin line at a value of an axis with its name at the end, for example `p99`. */
export function markAnnotation(
  axis: 'x' | 'y',
  value: number,
  name: string,
  colours: ChartColours,
): AnnotationOptions {
  return {
    type: 'line',
    scaleID: axis,
    value,
    borderColor: withAlpha(colours.mark, 0.55),
    borderWidth: 1,
    borderDash: [3, 3],
    label: {
      display: true,
      content: name,
      position: 'start',
      backgroundColor: withAlpha(colours.ground, 0.9),
      color: colours.textStrong,
      font: { family: colours.font, size: 10, weight: 500 },
      padding: { x: 3, y: 1 },
      rotation: 0,
    },
  }
}
