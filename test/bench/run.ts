/**
 * `npm run bench`: the speeds that Batchscope promises, measured here and now, as one table. Needs a build
 * (`npm run build`). Absolute times depend on the machine; ratios are of things measured in turn in this run.
 */
import Table from 'cli-table3'
import { chromium } from 'playwright'
import { findOrInstallChromium } from '../journeys/chromium.ts'
import { benchBatchProbe } from './batch-probe.ts'
import { benchFirstPage } from './first-page.ts'
import { benchHostOverhead } from './host-overhead.ts'
import { benchLiveCharts } from './live-charts.ts'
import { benchModelReading } from './model-reading.ts'
import { benchProjectOpening } from './project-opening.ts'

const rows: [what: string, measured: string, goal: string, met: boolean][] = []
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
const note = (what: string) => console.error(`measuring: ${what} ...`)

for (const batchSize of [1, 8]) {
  note(`session host against a bare loop, batch ${batchSize}`)
  const { bareMs, hostMs, ratio, range } = await benchHostOverhead(batchSize, 4)
  rows.push([
    `mean latency, session host / bare loop, batch ${batchSize}`,
    `${ratio.toFixed(3)} (${range.map((r) => r.toFixed(3)).join(' to ')}; ${ms(hostMs)} / ${ms(bareMs)})`,
    'within 2 %',
    Math.abs(ratio - 1) <= 0.02,
  ])
}

note('four live charts')
const charts = await benchLiveCharts()
rows.push(
  [
    'four live charts, 3,000 points each at 10 Hz: longest frame',
    ms(charts.longestFrameMs),
    'at most 33 ms',
    charts.longestFrameMs <= 33.4,
  ],
  ['... frames a second', charts.framesPerSecond.toFixed(1), '60', charts.framesPerSecond >= 59],
)

note('first page')
const browser = await chromium.launch({
  executablePath: await findOrInstallChromium(),
  args: ['--no-sandbox'],
})
const pages: number[] = []
for (let run = 0; run < 5; run += 1) pages.push(await benchFirstPage(browser))
await browser.close()
pages.sort((a, b) => a - b)
rows.push([
  'from `serve` to an interactive page, cold (median of 5)',
  `${ms(pages[2] ?? Number.NaN)} (${ms(pages[0] ?? Number.NaN)} to ${ms(pages[4] ?? Number.NaN)})`,
  'within 2 s',
  (pages[2] ?? Number.NaN) <= 2000,
])

note('opening a project')
const { openMs, analyseMs, bytes } = await benchProjectOpening()
rows.push(
  [
    `opening a project of 1,000 trials (${(bytes / 1e6).toFixed(1)} MB)`,
    ms(openMs),
    'within 1 s',
    openMs <= 1000,
  ],
  ['... and its analysis', ms(analyseMs), '', true],
)

for (const model of ['cnn-classifier.onnx', 'text-encoder.onnx']) {
  note(`probing the batch axes of ${model}`)
  const times = await benchBatchProbe(model)
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN
  rows.push([
    `probing the batch axes of ${model} (median of ${times.length})`,
    `${ms(median)} (${ms(times[0] ?? Number.NaN)} to ${ms(times.at(-1) ?? Number.NaN)})`,
    'within 1 s',
    median <= 1000,
  ])
}

note('reading a large model')
const reading = await benchModelReading()
rows.push(
  [
    `reading a model of ${(reading.bytes / 1e6).toFixed(0)} MB (${reading.nodes} nodes, weights unread) / creating ONNX Runtime's session, fastest each`,
    `${(100 * reading.share).toFixed(1)} % (${ms(reading.readMs)} / ${ms(reading.sessionMs)})`,
    'at most 10 %',
    reading.share <= 0.1,
  ],
  ['... and its SHA-256, for which all of it is read', ms(reading.hashMs), '', true],
)

const table = new Table({ head: ['what', 'measured', 'goal', 'met'], style: { head: [], border: [] } })
for (const [what, measured, goal, met] of rows)
  table.push([what, measured, goal, goal === '' ? '' : met ? 'yes' : 'NO'])
console.log(table.toString())
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1
