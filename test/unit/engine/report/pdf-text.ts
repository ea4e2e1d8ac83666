import { inflateSync } from 'node:zlib'

/** What is in a PDF that pdfkit wrote: enough of the format to read our own reports back. */
export interface PdfContents {
  /** Text of each page, one line a piece of text, as a search finds it. */
  pages: string[]
  /** Raster images. */
  images: number
  /** Names of the fonts; `embedded` when the file of each is inside. */
  fonts: { name: string; embedded: boolean }[]
  /** Drawing operators of each page. */
  drawing: string[]
}

export function readPdf(bytes: Uint8Array): PdfContents {
  const objects = objectsOf(bytes)
  const all = [...objects.values()]
  const pages = all.filter(({ head }) => /\/Type \/Page\b/.test(head))
  const cmaps = new Map<string, Map<string, string>>()
  const unicodeOf = (reference: string) => {
    const known = cmaps.get(reference)
    if (known !== undefined) return known
    const toUnicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(reference)?.head ?? '')?.[1] ?? ''
    const cmap = cmapOf(objects.get(toUnicode)?.stream ?? '')
    cmaps.set(reference, cmap)
    return cmap
  }
  const drawing = pages.map(({ head }) => {
    const contents = /\/Contents (\d+) 0 R/.exec(head)?.[1] ?? ''
    return objects.get(contents)?.stream ?? ''
  })
  return {
    pages: pages.map(({ head }, index) => {
      const resources = /\/Resources (\d+) 0 R/.exec(head)?.[1] ?? ''
      const fonts = new Map(
        [...(objects.get(resources)?.head ?? '').matchAll(/\/(F\d+) (\d+) 0 R/g)].map(
          ([, name = '', reference = '']) => [name, unicodeOf(reference)] as const,
        ),
      )
      return textOf(drawing[index] ?? '', fonts)
    }),
    images: all.filter(({ head }) => /\/Subtype \/Image\b/.test(head)).length,
    fonts: all.flatMap(({ head }) => {
      const name = /\/FontName \/(\S+)/.exec(head)?.[1]
      return name === undefined ? [] : [{ name, embedded: /\/FontFile2 \d+/.test(head) }]
    }),
    drawing,
  }
}

interface PdfObject {
  head: string
  stream: string
}

function objectsOf(bytes: Uint8Array): Map<string, PdfObject> {
  const text = Buffer.from(bytes).toString('latin1')
  const objects = new Map<string, PdfObject>()
  for (const match of text.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj/gm)) {
    const [, number = '', body = ''] = match
    const at = body.indexOf('stream\n')
    const head = at === -1 ? body : body.slice(0, at)
    const raw = at === -1 ? '' : body.slice(at + 7, body.lastIndexOf('\nendstream'))
    const packed = head.includes('/FlateDecode') && !head.includes('/FontFile')
    objects.set(number, { head, stream: packed ? unpacked(raw) : raw })
  }
  return objects
}

function unpacked(raw: string): string {
  return inflateSync(Buffer.from(raw, 'latin1')).toString('latin1')
}

/** Glyph number in hex to text. */
function cmapOf(stream: string): Map<string, string> {
  const cmap = new Map<string, string>()
  for (const [, from = '', , targets = ''] of stream.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/g)) {
    const first = Number.parseInt(from, 16)
    const texts = targets.match(/<[0-9a-f ]*>/g) ?? []
    texts.forEach((target, index) => {
      const units = target.slice(1, -1).match(/[0-9a-f]{4}/g) ?? []
      const key = (first + index).toString(16).padStart(4, '0')
      cmap.set(key, units.map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join(''))
    })
  }
  return cmap
}

function textOf(drawing: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const lines: string[] = []
  let font: ReadonlyMap<string, string> | undefined
  for (const [operation, name] of drawing.matchAll(/\/(F\d+) [\d.]+ Tf|\[[^\]]*\] TJ/g)) {
    if (name !== undefined) {
      font = fonts.get(name)
      continue
    }
    const glyphs = (operation.match(/<[0-9a-f]*>/g) ?? []).flatMap((hex) => hex.match(/[0-9a-f]{4}/g) ?? [])
    lines.push(glyphs.map((glyph) => font?.get(glyph) ?? '\ufffd').join(''))
  }
  return lines.join('\n').replaceAll('\u00a0', ' ')
}
