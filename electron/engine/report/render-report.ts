import type { CommandResult, ReportFormat } from '../../contract/workbench-api.ts'
import type { FileStore } from '../ports.ts'
import { samplesCsv, trialsCsv } from './csv.ts'
import { reportMarkdown } from './markdown.ts'
import { reportPdf } from './pdf.ts'
import type { ReportInput } from './report-input.ts'
import { runDocument } from './run-document.ts'

/** A report as bytes or text, with the name and media type that its file gets. */
export interface RenderedReport {
  fileName: string
  mediaType: string
  content: string | Uint8Array
}

const kinds = {
  pdf: { suffix: '.pdf', mediaType: 'application/pdf' },
  csv: { suffix: '-trials.csv', mediaType: 'text/csv; charset=utf-8' },
  'samples-csv': { suffix: '-samples.csv', mediaType: 'text/csv; charset=utf-8' },
  json: { suffix: '.json', mediaType: 'application/json' },
  markdown: { suffix: '.md', mediaType: 'text/markdown; charset=utf-8' },
} as const satisfies Record<ReportFormat, { suffix: string; mediaType: string }>

/** Renders an experiment's report in any format. */
export async function renderReport(
  input: ReportInput,
  format: ReportFormat,
  files: FileStore,
): Promise<RenderedReport> {
  const { suffix, mediaType } = kinds[format]
  const stem = `${input.model.name.replace(/\.onnx$/i, '')} ${input.experiment.name}`
  const fileName = stem.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|-+$/g, '') + suffix
  return { fileName, mediaType, content: await contentOf(input, format, files) }
}

/** The same as the command's result: bytes as base64. */
export function encodeReport({
  fileName,
  mediaType,
  content,
}: RenderedReport): CommandResult<'renderReport'> {
  return typeof content === 'string'
    ? { fileName, mediaType, encoding: 'utf8', content }
    : { fileName, mediaType, encoding: 'base64', content: toBase64(content) }
}

async function contentOf(
  input: ReportInput,
  format: ReportFormat,
  files: FileStore,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'csv':
      return trialsCsv(input)
    case 'samples-csv':
      return samplesCsv(input)
    case 'json':
      return `${JSON.stringify(runDocument(input), null, 2)}\n`
    case 'markdown':
      return reportMarkdown(input)
    case 'pdf': {
      const font = (name: string) => files.read(files.resolve(files.resourcesFolder, 'fonts', name))
      return reportPdf(input, {
        regular: await font('Inter_400Regular.ttf'),
        semibold: await font('Inter_600SemiBold.ttf'),
      })
    }
  }
}

/** In pieces, because one call with every byte as an argument would overflow the stack. */
function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
