import type { Chart } from 'chart.js'
import type { PlotPoint } from './plot.ts'

/** Where a chart's plot lies on its canvas, in CSS px, and which values its edges stand for. */
export interface PlotGeometry {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: AxisSpan
  readonly y: AxisSpan
}

export interface AxisSpan {
  readonly min: number
  readonly max: number
  readonly logarithmic: boolean
}

/** The geometry of a drawn chart; the previous object when nothing moved, so that nothing is rendered again for it. */
export function plotGeometry(chart: Chart<'line', PlotPoint[]>, previous?: PlotGeometry): PlotGeometry {
  const { left, top, width, height } = chart.chartArea
  const next = { left, top, width, height, x: axisSpan(chart, 'x'), y: axisSpan(chart, 'y') }
  if (previous !== undefined && JSON.stringify(previous) === JSON.stringify(next)) return previous
  return next
}

function axisSpan(chart: Chart<'line', PlotPoint[]>, axis: 'x' | 'y'): AxisSpan {
  const scale = chart.scales[axis]
  return { min: scale?.min ?? 0, max: scale?.max ?? 1, logarithmic: scale?.type === 'logarithmic' }
}

/** Distance of a value from the plot's left edge, in px. */
export function pixelsFromLeft(geometry: PlotGeometry, x: number): number {
  return fractionOf(geometry.x, x) * geometry.width
}

/** Distance of a value from the plot's top edge, in px. */
export function pixelsFromTop(geometry: PlotGeometry, y: number): number {
  return (1 - fractionOf(geometry.y, y)) * geometry.height
}

/** The y value at a distance from the plot's top edge in px; distances outside give the edge's value. */
export function valueFromTop(geometry: PlotGeometry, pixels: number): number {
  return valueAt(geometry.y, 1 - clamp(pixels / geometry.height))
}

/** The x value at a distance from the plot's left edge in px; distances outside give the edge's value. */
export function valueFromLeft(geometry: PlotGeometry, pixels: number): number {
  return valueAt(geometry.x, clamp(pixels / geometry.width))
}

function fractionOf(span: AxisSpan, value: number): number {
  if (span.logarithmic) return Math.log(value / span.min) / Math.log(span.max / span.min)
  return (value - span.min) / (span.max - span.min)
}

function valueAt(span: AxisSpan, fraction: number): number {
  if (span.logarithmic) return span.min * (span.max / span.min) ** fraction
  return span.min + (span.max - span.min) * fraction
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction))
}
