/**
 * Okabe and Ito's colours, which people with any kind of colour vision tell apart, without the yellow that vanishes on
 * paper. https://jfly.uni-koeln.de/color/
 */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const
const shapes = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross'] as const
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2]]

/** How one curve looks: never by its colour alone. */
export interface SeriesStyle {
  colour: string
  shape: (typeof shapes)[number]
  dash: number[]
}

export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: colours[index % colours.length] ?? colours[0],
    shape: shapes[index % shapes.length] ?? shapes[0],
    dash: [...(dashes[index % dashes.length] ?? [])],
  }
}

/** The same colour, let through: for bands. */
export function translucent(colour: string, alpha: number): string {
  const byte = Math.round(alpha * 255)
  return `${colour}${byte.toString(16).padStart(2, '0')}`
}

/** Colours of everything in a report that is no curve. */
export const ink = {
  text: '#111827',
  muted: '#5b6472',
  line: '#e3e6ea',
  mark: '#b3261e',
} as const
