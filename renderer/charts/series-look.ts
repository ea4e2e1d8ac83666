/** How a curve differs from its neighbours: never by colour alone. */
export interface SeriesLook {
  /** Place in the theme's list of series colours, from 0. */
  colour: number
  dash: readonly number[]
  /** Names of Chart.js. */
  shape: 'circle' | 'rect' | 'triangle' | 'rectRot'
}

const shapes = ['circle', 'rect', 'triangle', 'rectRot'] as const
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]]
const colourCount = 8

/** The look of the n-th series, from 0: colour and shape change with each, the dash with every fourth. */
export function seriesLook(index: number): SeriesLook {
  return {
    colour: index % colourCount,
    dash: dashes[Math.floor(index / shapes.length) % dashes.length] ?? [],
    shape: shapes[index % shapes.length] ?? 'circle',
  }
}
