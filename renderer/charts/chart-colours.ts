import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** Everything a chart needs to know of the theme; builders take it as data and read no style themselves. */
export interface ChartColours {
  ground: string
  grid: string
  axis: string
  text: string
  textStrong: string
  /** Lines and labels that mark something: a selection, a recommendation. */
  mark: string
  tooltip: string
  accent: string
  caution: string
  bad: string
  /** Behind what was not measured because it does not fit: hatched, where there is a page to draw the pattern on. */
  hatch: string | CanvasPattern
  /** Okabe-Ito, ordered for the theme's ground. */
  series: readonly string[]
  font: string
}

const seriesCount = 8

/** The chart colours of a computed style. */
export function readChartColours(style: Pick<CSSStyleDeclaration, 'getPropertyValue'>): ChartColours {
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    ground: read('--surface-page'),
    grid: read('--chart-grid'),
    axis: read('--chart-axis'),
    text: read('--chart-text'),
    textStrong: read('--chart-text-strong'),
    mark: read('--chart-mark'),
    tooltip: read('--chart-tooltip'),
    accent: read('--accent-text'),
    caution: read('--caution'),
    bad: read('--bad'),
    hatch: read('--chart-hatch'),
    series: Array.from({ length: seriesCount }, (_, index) => read(`--series-${index + 1}`)),
    font: read('--font-text'),
  }
}

const hatchSize = 8

/** Diagonal lines of a colour, as a pattern to fill with. */
function hatchPattern(colour: string | CanvasPattern): string | CanvasPattern {
  const tile = document.createElement('canvas')
  tile.width = hatchSize
  tile.height = hatchSize
  const context = tile.getContext('2d')
  if (context === null) return colour
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.beginPath()
  // Three strokes, so that the lines meet across the tile's corners.
  for (const offset of [-hatchSize, 0, hatchSize]) {
    context.moveTo(offset - 1, hatchSize + 1)
    context.lineTo(offset + hatchSize + 1, -1)
  }
  context.stroke()
  return context.createPattern(tile, 'repeat') ?? colour
}

/** The page's chart colours, read once and again whenever the theme changes. */
export function useChartColours(): Readonly<ShallowRef<ChartColours>> {
  const root = document.documentElement
  const read = () => {
    const colours = readChartColours(getComputedStyle(root))
    return { ...colours, hatch: hatchPattern(colours.hatch) }
  }
  const colours = shallowRef<ChartColours>(read())
  const observer = new MutationObserver(() => {
    colours.value = read()
  })
  observer.observe(root, { attributes: true, attributeFilter: ['data-theme'] })
  onScopeDispose(() => observer.disconnect())
  return colours
}
