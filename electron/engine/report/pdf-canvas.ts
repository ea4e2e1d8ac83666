import { color } from 'chart.js/helpers'

type Point = readonly [x: number, y: number]

/** Path commands wait here until they are painted: a canvas keeps its path, a PDF page does not. */
type PathStep =
  | { kind: 'move' | 'line'; to: Point }
  | { kind: 'curve'; control1: Point; control2: Point; to: Point }
  | { kind: 'close' }

interface Style {
  fillStyle: string
  strokeStyle: string
  lineWidth: number
  lineCap: CanvasLineCap
  lineJoin: CanvasLineJoin
  lineDash: number[]
  lineDashOffset: number
  globalAlpha: number
  font: string
  textAlign: CanvasTextAlign
  textBaseline: CanvasTextBaseline
}

const defaultStyle: Style = {
  fillStyle: '#000000',
  strokeStyle: '#000000',
  lineWidth: 1,
  lineCap: 'butt',
  lineJoin: 'miter',
  lineDash: [],
  lineDashOffset: 0,
  globalAlpha: 1,
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
}

/** Names under which the document knows its fonts. */
export interface PdfFontNames {
  regular: string
  semibold: string
}

/**
 * A canvas whose 2D context draws on a PDF page, as vectors and text: as much of CanvasRenderingContext2D as Chart.js
 * uses, in points, from the document's current origin. What Chart.js never calls is not there and would throw.
 */
export class PdfCanvasContext {
  readonly canvas: { width: number; height: number; getContext(): PdfCanvasContext }
  private readonly doc: PDFKit.PDFDocument
  private readonly fonts: PdfFontNames
  private style: Style = { ...defaultStyle }
  private readonly saved: Style[] = []
  private path: PathStep[] = []
  private start: Point = [0, 0]
  private at: Point | undefined

  constructor(doc: PDFKit.PDFDocument, size: { width: number; height: number }, fonts: PdfFontNames) {
    this.doc = doc
    this.fonts = fonts
    this.canvas = { ...size, getContext: () => this }
  }

  get fillStyle() {
    return this.style.fillStyle
  }
  set fillStyle(value: string) {
    this.style.fillStyle = value
  }
  get strokeStyle() {
    return this.style.strokeStyle
  }
  set strokeStyle(value: string) {
    this.style.strokeStyle = value
  }
  get lineWidth() {
    return this.style.lineWidth
  }
  set lineWidth(value: number) {
    this.style.lineWidth = value
  }
  get lineCap() {
    return this.style.lineCap
  }
  set lineCap(value: CanvasLineCap) {
    this.style.lineCap = value
  }
  get lineJoin() {
    return this.style.lineJoin
  }
  set lineJoin(value: CanvasLineJoin) {
    this.style.lineJoin = value
  }
  get lineDashOffset() {
    return this.style.lineDashOffset
  }
  set lineDashOffset(value: number) {
    this.style.lineDashOffset = value
  }
  get globalAlpha() {
    return this.style.globalAlpha
  }
  set globalAlpha(value: number) {
    this.style.globalAlpha = value
  }
  get font() {
    return this.style.font
  }
  set font(value: string) {
    this.style.font = value
  }
  get textAlign() {
    return this.style.textAlign
  }
  set textAlign(value: CanvasTextAlign) {
    this.style.textAlign = value
  }
  get textBaseline() {
    return this.style.textBaseline
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.style.textBaseline = value
  }

  save(): void {
    this.saved.push({ ...this.style })
    this.doc.save()
  }

  restore(): void {
    const style = this.saved.pop()
    if (style === undefined) return
    this.style = style
    this.doc.restore()
  }

  translate(x: number, y: number): void {
    this.doc.translate(x, y)
  }

  /** In radians, as a canvas takes it. */
  rotate(angle: number): void {
    this.doc.rotate((angle * 180) / Math.PI)
  }

  /** Chart.js sets the scale of the pixels once and resets it before it clears; a page has neither pixels nor a past. */
  setTransform(): void {}
  resetTransform(): void {}
  clearRect(): void {}

  /** Patterns of one length and one gap; more is not asked for. */
  setLineDash(segments: number[]): void {
    this.style.lineDash = segments
  }

  beginPath(): void {
    this.path = []
    this.at = undefined
  }

  moveTo(x: number, y: number): void {
    this.start = this.at = [x, y]
    this.path.push({ kind: 'move', to: [x, y] })
  }

  lineTo(x: number, y: number): void {
    if (this.at === undefined) return this.moveTo(x, y)
    this.at = [x, y]
    this.path.push({ kind: 'line', to: [x, y] })
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    if (this.at === undefined) this.moveTo(x1, y1)
    this.at = [x, y]
    this.path.push({ kind: 'curve', control1: [x1, y1], control2: [x2, y2], to: [x, y] })
  }

  closePath(): void {
    if (this.at === undefined) return
    this.at = this.start
    this.path.push({ kind: 'close' })
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y)
    this.lineTo(x + width, y)
    this.lineTo(x + width, y + height)
    this.lineTo(x, y + height)
    this.closePath()
  }

  /** As a canvas does it: a line to the beginning of the arc, then clockwise on the page unless told otherwise. */
  arc(x: number, y: number, radius: number, from: number, to: number, counterclockwise = false): void {
    const sweep = sweepOf(from, to, counterclockwise)
    const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2)))
    const step = sweep / pieces
    // Cubic approximation of an arc: the control points lie on the tangents at 4/3 tan(step / 4) of the radius.
    const reach = (4 / 3) * Math.tan(step / 4) * radius
    const on = (angle: number): Point => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    this.lineTo(...on(from))
    for (let piece = 0; piece < pieces; piece += 1) {
      const begin = from + piece * step
      const end = begin + step
      const [beginX, beginY] = on(begin)
      const [endX, endY] = on(end)
      this.bezierCurveTo(
        beginX - reach * Math.sin(begin),
        beginY + reach * Math.cos(begin),
        endX + reach * Math.sin(end),
        endY - reach * Math.cos(end),
        endX,
        endY,
      )
    }
  }

  fill(): void {
    if (!this.draw()) return
    this.useFill()
    this.doc.fill()
  }

  stroke(): void {
    if (!this.draw()) return
    const { rgb, alpha } = paint(this.style.strokeStyle, this.style.globalAlpha)
    this.doc.lineWidth(this.style.lineWidth).lineCap(this.style.lineCap).lineJoin(this.style.lineJoin)
    const [length, space = length] = this.style.lineDash
    if (length === undefined) this.doc.undash()
    else this.doc.dash(length, { space, phase: this.style.lineDashOffset })
    this.doc.strokeColor(rgb, alpha).stroke()
  }

  /** Until the next restore, as in a canvas. */
  clip(): void {
    if (this.draw()) this.doc.clip()
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.doc.rect(x, y, width, height)
    this.useFill()
    this.doc.fill()
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.beginPath()
    this.rect(x, y, width, height)
    this.stroke()
  }

  measureText(text: string): { width: number } {
    this.useFont()
    return { width: this.doc.widthOfString(text) }
  }

  fillText(text: string, x: number, y: number): void {
    const { textAlign } = this.style
    this.useFont()
    const width = this.doc.widthOfString(text)
    const shift =
      textAlign === 'center' ? width / 2 : textAlign === 'right' || textAlign === 'end' ? width : 0
    this.useFill()
    this.doc.text(text, x - shift, y, { lineBreak: false, baseline: baselines[this.style.textBaseline] })
  }

  /** Chart.js outlines text only when it is asked for a backdrop, which the report never does. */
  strokeText(): void {}

  private draw(): boolean {
    for (const step of this.path) {
      if (step.kind === 'move') this.doc.moveTo(...step.to)
      else if (step.kind === 'line') this.doc.lineTo(...step.to)
      else if (step.kind === 'curve') this.doc.bezierCurveTo(...step.control1, ...step.control2, ...step.to)
      else this.doc.closePath()
    }
    return this.path.length > 0
  }

  private useFill(): void {
    const { rgb, alpha } = paint(this.style.fillStyle, this.style.globalAlpha)
    this.doc.fillColor(rgb, alpha)
  }

  /** `600 9px Inter`: weight and size are what matters, there is one family. */
  private useFont(): void {
    const size = /(\d+(?:\.\d+)?)px/.exec(this.style.font)?.[1]
    const heavy = /\b(bold|[6-9]00)\b/.test(this.style.font)
    this.doc.font(heavy ? this.fonts.semibold : this.fonts.regular).fontSize(Number(size ?? 10))
  }
}

const baselines = {
  alphabetic: 'alphabetic',
  bottom: 'bottom',
  hanging: 'hanging',
  ideographic: 'ideographic',
  middle: 'middle',
  top: 'top',
} as const satisfies Record<CanvasTextBaseline, string>

/** Angle from `from` to `to` in the asked direction, in (-2π, 2π]. */
function sweepOf(from: number, to: number, counterclockwise: boolean): number {
  const turn = 2 * Math.PI
  if (!counterclockwise && to - from >= turn) return turn
  if (counterclockwise && from - to >= turn) return -turn
  const sweep = (((to - from) % turn) + turn) % turn
  return counterclockwise && sweep !== 0 ? sweep - turn : sweep
}

function paint(style: string, globalAlpha: number): { rgb: [number, number, number]; alpha: number } {
  const { r, g, b, a } = color(style).rgb
  return { rgb: [r, g, b], alpha: a * globalAlpha }
}
