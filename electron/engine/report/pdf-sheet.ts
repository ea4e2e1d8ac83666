import PDFDocument from 'pdfkit'
import type { Fact } from './facts.ts'
import type { PdfFontNames } from './pdf-canvas.ts'
import { ink } from './series-style.ts'

/** The fonts that a report is set in, as the bytes of TrueType files. */
export interface ReportFonts {
  regular: Uint8Array
  semibold: Uint8Array
}

export const fontNames: PdfFontNames = { regular: 'regular', semibold: 'semibold' }

/** Of the names of facts. */
const labelWidth = 92

const margin = { top: 60, bottom: 60, side: 48 }

/** A4 pages that are filled from top to bottom. All lengths in points. */
export class PdfSheet {
  readonly doc: PDFKit.PDFDocument
  readonly left = margin.side
  readonly width: number
  /** Where the next thing goes, from the top of the page. */
  y = margin.top
  private readonly chunks: Uint8Array[] = []
  private readonly ended: Promise<void>

  constructor(fonts: ReportFonts, about: { title: string; creator: string; created: Date }) {
    this.doc = new PDFDocument({
      size: 'A4',
      margins: { top: margin.top, bottom: margin.bottom, left: margin.side, right: margin.side },
      // None to begin with: pdfkit's own fonts are files that it would read by itself.
      font: '',
      // The first version with transparency, which the bands of the charts use.
      pdfVersion: '1.4',
      bufferPages: true,
      lang: 'en',
      displayTitle: true,
      info: { Title: about.title, Creator: about.creator, CreationDate: about.created },
    })
    this.doc.registerFont(fontNames.regular, bytesOf(fonts.regular))
    this.doc.registerFont(fontNames.semibold, bytesOf(fonts.semibold))
    this.width = this.doc.page.width - 2 * margin.side
    this.ended = new Promise((resolve, reject) => {
      this.doc.on('data', (chunk: Uint8Array) => this.chunks.push(chunk))
      this.doc.on('end', resolve)
      this.doc.on('error', reject)
    })
    this.use('regular', 9)
  }

  /** Lowest point that may be written on. */
  get bottom(): number {
    return this.doc.page.height - margin.bottom
  }

  use(font: keyof PdfFontNames, size: number, colour: string = ink.text): PDFKit.PDFDocument {
    return this.doc.font(fontNames[font]).fontSize(size).fillColor(colour)
  }

  space(height: number): void {
    this.y += height
  }

  newPage(): void {
    this.doc.addPage()
    this.y = margin.top
  }

  /** Begins a new page unless there is this much room left. */
  need(height: number): void {
    if (this.y + height > this.bottom) this.newPage()
  }

  /** A heading, kept together with the beginning of what follows: `below` is the height of that. */
  heading(text: string, below = 60): void {
    if (this.y > margin.top) this.space(20)
    this.need(22 + below)
    this.use('semibold', 12)
    this.doc.text(text, this.left, this.y, { width: this.width })
    this.y = this.doc.y + 5
  }

  /** Text over the whole width, on a new page when it does not fit on this one. */
  paragraph(
    words: string,
    options: { font?: keyof PdfFontNames; size?: number; colour?: string; gap?: number } = {},
  ): void {
    const { font = 'regular', size = 9, colour = ink.text, gap = 4 } = options
    this.use(font, size, colour)
    const text = unbroken(words)
    const layout = { width: this.width, lineGap: size * 0.22 }
    this.need(this.doc.heightOfString(text, layout))
    this.doc.text(text, this.left, this.y, layout)
    this.y = this.doc.y + gap
  }

  /** Those that are longer than what is left of the page go on to the next. */
  bullets(texts: readonly string[]): void {
    this.list(texts, 10, () => '•')
  }

  /** The same with numbers, from 1. */
  numbered(texts: readonly string[]): void {
    this.list(texts, 20, (index) => `${index + 1}.`)
  }

  private list(texts: readonly string[], indent: number, markOf: (index: number) => string): void {
    texts.forEach((each, index) => {
      this.use('regular', 8.5)
      const text = unbroken(each)
      const layout = { width: this.width - indent, lineGap: 1.8 }
      this.need(Math.min(this.doc.heightOfString(text, layout), 24))
      this.doc.text(markOf(index), this.left, this.y, { lineBreak: false })
      this.doc.text(text, this.left + indent, this.y, layout)
      this.y = this.doc.y + 3
    })
  }

  /** Labels at the left, texts beside them. */
  facts(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const height = this.factsHeight([fact])
      this.need(height)
      const [label, text] = fact
      this.use('regular', 8.5, ink.muted).text(label, this.left, this.y, this.labelLayout)
      this.use('regular', 8.5).text(text, this.left + labelWidth, this.y, this.factLayout)
      this.y += height
    }
  }

  factsHeight(facts: readonly Fact[]): number {
    this.use('regular', 8.5)
    const heights = facts.map(([label, text]) =>
      Math.max(
        this.doc.heightOfString(text, this.factLayout),
        this.doc.heightOfString(label, this.labelLayout),
      ),
    )
    return heights.reduce((sum, height) => sum + height + 3, 0)
  }

  private get labelLayout() {
    return { width: labelWidth - 8, lineGap: 1.8 }
  }

  private get factLayout() {
    return { width: this.width - labelWidth, lineGap: 1.8 }
  }

  rule(colour: string = ink.line, thickness = 0.6): void {
    this.doc
      .lineWidth(thickness)
      .strokeColor(colour)
      .undash()
      .moveTo(this.left, this.y)
      .lineTo(this.left + this.width, this.y)
      .stroke()
  }

  /** Writes the running head and foot of every page and gives the whole file. */
  async finish(running: { head: string; foot: string }): Promise<Uint8Array> {
    const { start, count } = this.doc.bufferedPageRange()
    for (let page = start; page < start + count; page += 1) {
      this.doc.switchToPage(page)
      if (page > start) this.edge(running.head, 34, 'left')
      this.edge(running.foot, this.doc.page.height - 40, 'left')
      this.edge(`${page - start + 1} of ${count}`, this.doc.page.height - 40, 'right')
    }
    this.doc.end()
    await this.ended
    return joined(this.chunks)
  }

  private edge(text: string, y: number, align: 'left' | 'right'): void {
    this.use('regular', 7.5, ink.muted)
    const shift = align === 'right' ? this.width - this.doc.widthOfString(text) : 0
    this.doc.text(text, this.left + shift, y, { lineBreak: false })
  }
}

/** A number and its unit stay on one line. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=%|ms\b|s\b|items\/s|[KMGT]?i?B\b)/g, '$1\u00a0')
}

/** pdfkit wants bytes of its own realm's Uint8Array, wherever ours come from. */
function bytesOf(font: Uint8Array): Uint8Array {
  return new Uint8Array(font.buffer, font.byteOffset, font.byteLength)
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
