import {
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js'
import { reportCharts, type ReportChart } from './charts.ts'
import {
  environmentFacts,
  experimentFacts,
  measuringSentences,
  modelFacts,
  variantFacts,
  type Fact,
} from './facts.ts'
import { findings } from './findings.ts'
import { PdfCanvasContext } from './pdf-canvas.ts'
import { fontNames, PdfSheet, type ReportFonts } from './pdf-sheet.ts'
import { drawTable } from './pdf-table.ts'
import { recommendationTable } from './recommendation-table.ts'
import { failureRemarks, flagRemarks } from './remarks.ts'
import { clocksOf, measuredAt, type ReportInput } from './report-input.ts'
import { ink } from './series-style.ts'
import { timeRemarks, timeTable } from './time-table.ts'
import { trialTable } from './trial-table.ts'
import { variantChart } from './variant-chart.ts'
import { narrowTable, variantRemarks, variantTable } from './variant-table.ts'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Legend, Filler)

/** A chart is drawn no lower than the first and no higher than the second of these, so that pages are filled. */
const chartHeights = [140, 185] as const

/** Its heading and the space above that. */
const chartHead = 40

/** One experiment's results as a PDF of A4 pages, with vector charts and text that can be searched. */
export async function reportPdf(input: ReportInput, fonts: ReportFonts): Promise<Uint8Array> {
  const { analysis, experiment, model, generator, projectName } = input
  const { spec, environment, started } = experiment.record
  const title = `${model.name}: ${experiment.name}`
  const sheet = new PdfSheet(fonts, { title, creator: generator, created: new Date(started) })

  drawTop(sheet, input)
  sheet.heading('Recommendations')
  drawRecommendations(sheet, input)
  drawCharts(sheet, reportCharts(analysis, sheet.width - 40))
  drawVariants(sheet, input)
  sheet.heading('Trials')
  drawTable(sheet, trialTable(analysis), { strong: 0 })
  drawTimes(sheet, input)
  remarks(sheet, 'Without numbers', failureRemarks(analysis))
  remarks(sheet, 'To be read with care', flagRemarks(analysis))
  remarks(sheet, 'What the curves say', findings(analysis))
  drawDecisions(sheet, experiment.decisions)
  section(sheet, 'Model', [...modelFacts(model), ...variantFacts(input)])
  section(sheet, 'Environment', environmentFacts(environment, spec.factors))
  section(sheet, 'How it was measured', experimentFacts(spec))
  sheet.space(4)
  sheet.bullets(measuringSentences(spec, clocksOf(experiment)))
  return sheet.finish({
    head: title,
    foot: `${generator} · ${projectName} · measured ${measuredAt(experiment)}`,
  })
}

/** The trade in one chart, and in one table. */
function drawVariants(sheet: PdfSheet, { analysis }: ReportInput): void {
  const table = variantTable(analysis)
  if (table === undefined) return
  const charts = variantChart(analysis)
  if (charts.length === 0) sheet.heading('Variants')
  drawCharts(sheet, charts)
  sheet.space(10)
  drawTable(sheet, narrowTable(table), { strong: 0 })
  sheet.space(4)
  sheet.bullets(variantRemarks(analysis))
}

function drawTimes(sheet: PdfSheet, { analysis }: ReportInput): void {
  const table = timeTable(analysis)
  const notes = timeRemarks(analysis)
  if (notes.length === 0) return
  sheet.heading('Where the time goes', 30)
  if (table !== undefined) drawTable(sheet, table, { strong: 0 })
  sheet.space(4)
  sheet.bullets(notes)
}

function drawDecisions(sheet: PdfSheet, decisions: readonly string[]): void {
  if (decisions.length === 0) return
  sheet.heading('How the search went', 30)
  sheet.numbered(decisions)
}

function drawTop(sheet: PdfSheet, { model, experiment, analysis }: ReportInput): void {
  const { doc } = sheet
  sheet.y = 44
  const date = measuredAt(experiment)
  sheet.use('regular', 8.5, ink.muted)
  const dateWidth = doc.widthOfString(date)
  doc.text(date, sheet.left + sheet.width - dateWidth, sheet.y + 1, { lineBreak: false })
  sheet.use('semibold', 9)
  doc.text(`${model.name}  ·  ${experiment.name}`, sheet.left, sheet.y, {
    width: sheet.width - dateWidth - 20,
  })
  sheet.y = doc.y + 6
  sheet.rule(ink.muted)
  sheet.space(16)
  sheet.paragraph(analysis.answer.headline, { font: 'semibold', size: 17, gap: 3 })
  if (analysis.answer.support !== undefined) {
    sheet.paragraph(analysis.answer.support, { size: 10.5, colour: ink.muted, gap: 0 })
  }
  if (experiment.state !== 'finished') {
    sheet.space(4)
    sheet.paragraph(
      `This experiment was ${experiment.state === 'running' ? 'still running' : experiment.state} when the report was written: it shows what had been measured by then.`,
      { size: 9, colour: ink.mark, gap: 0 },
    )
  }
}

function drawRecommendations(sheet: PdfSheet, { analysis }: ReportInput): void {
  const table = recommendationTable(analysis)
  if (Array.isArray(table)) sheet.bullets(table)
  else drawTable(sheet, table, { strong: 1 })
}

/** As many charts on a page as its room gives a fair height to. */
function drawCharts(sheet: PdfSheet, charts: readonly ReportChart[]): void {
  const [lowest, highest] = chartHeights
  let left = charts.length
  while (left > 0) {
    const room = sheet.bottom - sheet.y
    const together = Math.min(left, Math.floor(room / (lowest + chartHead)))
    if (together === 0) {
      sheet.newPage()
      continue
    }
    const height = Math.min(highest, room / together - chartHead)
    for (const chart of charts.slice(charts.length - left, charts.length - left + together)) {
      drawChart(sheet, chart, Math.floor(height))
    }
    left -= together
  }
}

function drawChart(sheet: PdfSheet, { title, about, config }: ReportChart, height: number): void {
  const { doc } = sheet
  sheet.heading(title, 0)
  sheet.use('semibold', 12)
  const besides = sheet.left + doc.widthOfString(title) + 8
  sheet.use('regular', 8, ink.muted)
  doc.text(about, besides, sheet.y - 16, { lineBreak: false })
  // A legend that has room beside the heading stands there, and the curves get its place.
  const room = sheet.left + sheet.width - besides - doc.widthOfString(about)
  const lift = legendWidth(sheet, config) < room ? 35 : 0
  doc.save()
  doc.translate(sheet.left, sheet.y - lift)
  const size = { width: Math.floor(sheet.width), height: height + lift }
  const context = new PdfCanvasContext(doc, size, fontNames)
  // Chart.js asks for a whole canvas; what it calls of it is there.
  const chart = new Chart(context as unknown as CanvasRenderingContext2D, config)
  chart.destroy()
  doc.restore()
  sheet.space(height)
}

/** Facts under a heading, on one page if that is not too much. */
function section(sheet: PdfSheet, title: string, facts: readonly Fact[]): void {
  sheet.heading(title, Math.min(sheet.factsHeight(facts), 220))
  sheet.facts(facts)
}

/** Infinite without a legend: then there is nothing to lift. */
function legendWidth(sheet: PdfSheet, { data, options }: ReportChart['config']): number {
  if (options?.plugins?.legend?.display !== true) return Number.POSITIVE_INFINITY
  sheet.use('regular', 7.5)
  const names = data.datasets.flatMap(({ label }) => label ?? [])
  return names.reduce((sum, name) => sum + sheet.doc.widthOfString(name) + 24, 0)
}

function remarks(sheet: PdfSheet, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  sheet.heading(title, 30)
  sheet.bullets(lines)
}
