import { Chart, Filler, Legend, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from 'chart.js'
import { reportCharts, type ReportChart } from './charts.ts'
import { environmentFacts, experimentFacts, measuringSentences, modelFacts } from './facts.ts'
import { PdfCanvasContext } from './pdf-canvas.ts'
import { fontNames, PdfSheet, type ReportFonts } from './pdf-sheet.ts'
import { drawTable } from './pdf-table.ts'
import { recommendationRows } from './recommendation-rows.ts'
import { failureRemarks, flagRemarks } from './remarks.ts'
import { clocksOf, measuredAt, type ReportInput } from './report-input.ts'
import { ink } from './series-style.ts'
import { trialTable } from './trial-rows.ts'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Legend, Filler)

const chartHeight = 170

/** One experiment's results as a PDF of A4 pages, with vector charts and text that can be searched. */
export async function reportPdf(input: ReportInput, fonts: ReportFonts): Promise<Uint8Array> {
  const { analysis, experiment, model, generator, projectName } = input
  const { spec, environment, started } = experiment.record
  const title = `${model.name}: ${experiment.name}`
  const sheet = new PdfSheet(fonts, { title, creator: generator, created: new Date(started) })

  drawTop(sheet, input)
  sheet.heading('Recommendations')
  drawRecommendations(sheet, input)
  for (const chart of reportCharts(analysis, sheet.width - 40)) drawChart(sheet, chart)
  sheet.heading('Trials')
  drawTable(sheet, trialTable(analysis), { strong: 0 })
  remarks(sheet, 'Without numbers', failureRemarks(analysis))
  remarks(sheet, 'To be read with care', flagRemarks(analysis))
  sheet.heading('Model')
  sheet.facts(modelFacts(model))
  sheet.heading('Environment')
  sheet.facts(environmentFacts(environment))
  sheet.heading('How it was measured')
  sheet.facts(experimentFacts(spec))
  sheet.space(4)
  sheet.bullets(measuringSentences(spec, clocksOf(experiment)))
  return sheet.finish({ head: title, foot: `${generator} · ${projectName} · measured ${measuredAt(experiment)}` })
}

function drawTop(sheet: PdfSheet, { model, experiment, analysis }: ReportInput): void {
  const { doc } = sheet
  sheet.y = 44
  const date = measuredAt(experiment)
  sheet.use('regular', 8.5, ink.muted)
  const dateWidth = doc.widthOfString(date)
  doc.text(date, sheet.left + sheet.width - dateWidth, sheet.y + 1, { lineBreak: false })
  sheet.use('semibold', 9)
  doc.text(`${model.name}  ·  ${experiment.name}`, sheet.left, sheet.y, { width: sheet.width - dateWidth - 20 })
  sheet.y = doc.y + 6
  sheet.rule(ink.muted)
  sheet.space(16)
  sheet.paragraph(analysis.answer.headline, { font: 'semibold', size: 17, gap: 3 })
  if (analysis.answer.support !== undefined) {
    sheet.paragraph(analysis.answer.support, { size: 10.5, colour: ink.muted, gap: 0 })
  }
  if (experiment.state !== 'finished') {
    sheet.space(4)
    sheet.paragraph(`This experiment was ${experiment.state === 'running' ? 'still running' : experiment.state} when the report was written: it shows what had been measured by then.`, { size: 9, colour: ink.mark, gap: 0 })
  }
}

function drawRecommendations(sheet: PdfSheet, { analysis }: ReportInput): void {
  if (analysis.recommendations.length === 0) return sheet.paragraph('There is nothing to recommend.', { colour: ink.muted })
  const left = (title: string) => ({ title, align: 'left' as const })
  const right = (title: string) => ({ title, align: 'right' as const })
  drawTable(
    sheet,
    {
      columns: [left('Goal'), right('Batch'), right('Items/s'), right('p99 ms'), right('Memory'), left('Why')],
      rows: recommendationRows(analysis).map(({ goal, batch, throughput, p99, memory, why }) => [
        goal,
        batch,
        throughput,
        p99,
        memory,
        why,
      ]),
    },
    { strong: 1 },
  )
}

function drawChart(sheet: PdfSheet, { title, about, config }: ReportChart): void {
  const { doc } = sheet
  sheet.heading(title, chartHeight + 10)
  sheet.use('semibold', 12)
  const besides = sheet.left + doc.widthOfString(title) + 8
  sheet.use('regular', 8, ink.muted)
  doc.text(about, besides, sheet.y - 16, { lineBreak: false })
  doc.save()
  doc.translate(sheet.left, sheet.y)
  const context = new PdfCanvasContext(doc, { width: Math.floor(sheet.width), height: chartHeight }, fontNames)
  // Chart.js asks for a whole canvas; what it calls of it is there.
  const chart = new Chart(context as unknown as CanvasRenderingContext2D, config)
  chart.destroy()
  doc.restore()
  sheet.space(chartHeight)
}

function remarks(sheet: PdfSheet, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  sheet.heading(title, 20)
  sheet.bullets(lines)
}
