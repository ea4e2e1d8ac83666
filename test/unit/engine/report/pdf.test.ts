import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { reportPdf } from '../../../../electron/engine/report/pdf.ts'
import type { ReportInput } from '../../../../electron/engine/report/report-input.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { variantReportInput } from '../../../fixtures/variant-experiment.ts'
import { readPdf } from './pdf-text.ts'

const font = (name: string) => readFile(new URL(`../../../../resources/fonts/${name}`, import.meta.url))
const fonts = {
  regular: await font('Inter_400Regular.ttf'),
  semibold: await font('Inter_600SemiBold.ttf'),
}
const powers = [1, 2, 4, 8, 16, 32, 64, 128, 256]

async function contentsOf(input: ReportInput) {
  const contents = readPdf(await reportPdf(input, fonts))
  const text = contents.pages.join('\n')
  return { ...contents, text, running: text.replaceAll('\n', ' ') }
}

describe('the PDF of a sweep that ran out of memory', async () => {
  const input = reportInputOf(simulatedExperiment([{ executionProvider: 'cuda', batchSizes: powers }]))
  const { text, running, pages, images, fonts: embedded, drawing } = await contentsOf(input)

  it('opens with the answer, and it can be searched', () => {
    const { headline, support } = input.analysis.answer
    const top = pages[0]?.replaceAll('\n', ' ').replaceAll('  ', ' ') ?? ''
    expect(top.indexOf(headline)).toBeGreaterThan(-1)
    expect(top.indexOf(headline)).toBeLessThan(200)
    expect(top).toContain(support)
  })

  it('has a recommendation for every goal', () => {
    for (const goal of ['Lowest latency', 'Highest throughput', 'Knee', 'p99 ≤ 20 ms', 'Fits in memory']) {
      expect(text).toContain(goal)
    }
  })

  it('has every trial with its outcome', () => {
    for (const size of powers) expect(text).toMatch(new RegExp(`^${size}$`, 'm'))
    expect(text).toMatch(/^out of memory$/m)
    expect(text).toMatch(/^skipped$/m)
    expect(running).toContain(
      'The device ran out of memory while running the model. Use a smaller batch size.',
    )
  })

  it('says what was measured, where and how', () => {
    for (const part of [
      'resnet50-v1.5.onnx',
      input.model.sha256,
      'AMD Ryzen 9 7950X',
      'NVIDIA GeForce RTX 4090',
      'ONNX Runtime 1.29.0',
      'a fresh process',
      'within ±2 %',
      'performance.now',
    ]) {
      expect(running).toContain(part)
    }
  })

  it('says how to read an interval', () => {
    expect(text).toContain('What the curves say')
    expect(running).toMatch(/about 95 of them would\s+hold the true mean/)
  })

  it('has the charts as vectors: text and curves, no pictures', () => {
    expect(images).toBe(0)
    expect(text).toMatch(/^batch size$/m)
    expect(text).toContain('does not fit from 128')
    const curves = drawing.join('\n').match(/ c$/gm) ?? []
    expect(curves.length).toBeGreaterThan(50)
  })

  it('carries its fonts', () => {
    expect(embedded.map(({ name }) => name.replace(/^[A-Z]+\+/, '')).sort()).toEqual([
      'Inter-Regular',
      'Inter-SemiBold',
    ])
    expect(embedded.every((one) => one.embedded)).toBe(true)
    expect(text).not.toContain('\ufffd')
  })

  it('numbers its pages', () => {
    pages.forEach((page, index) => expect(page).toContain(`${index + 1} of ${pages.length}`))
  })
})

describe('the PDF of other experiments', () => {
  it('repeats the head of a long table on every page that it reaches', async () => {
    const sizes = Array.from({ length: 50 }, (_, index) => index + 1)
    const experiment = simulatedExperiment([
      { executionProvider: 'cpu', batchSizes: sizes, machine: { limitBytes: 1e12 } },
    ])
    const { pages } = await contentsOf(reportInputOf(experiment))
    const withRows = pages.filter((page) => /^completed$/m.test(page))
    expect(withRows.length).toBeGreaterThan(1)
    for (const page of withRows) expect(page).toMatch(/^Outcome$/m)
  })

  it('names every curve when there are several', async () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cpu', threads: 1, batchSizes: [1, 2, 4] },
      { executionProvider: 'cpu', threads: 2, batchSizes: [1, 2, 4] },
    ])
    const input = reportInputOf(experiment)
    const { text } = await contentsOf(input)
    for (const { label } of input.analysis.series) {
      expect(text).toContain(`${label}, p50`)
      expect(text).toContain(`${label}, p99`)
    }
    expect(text).toContain('Configuration')
  })

  it('numbers the decisions of a search', async () => {
    const experiment = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2] }])
    const decisions = ['Trying 2.', 'Doubling stopped at 2.']
    const contents = await contentsOf(reportInputOf({ ...experiment, decisions }))
    expect(contents.text).toContain('How the search went')
    expect(contents.running).toMatch(/1\.\s+Trying 2\.\s+2\.\s+Doubling stopped at 2\./)
  })

  it('draws no chart of a single trial', async () => {
    const experiment = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [8] }])
    const { text } = await contentsOf(reportInputOf(experiment))
    expect(text).not.toMatch(/^batch size$/m)
    expect(text).toMatch(/^completed$/m)
  })

  it('says why when nothing completed', async () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cuda', batchSizes: [64, 128], machine: { limitBytes: 1 } },
    ])
    const { text, running } = await contentsOf(reportInputOf(experiment))
    expect(running).toContain('ran out of memory')
    expect(text).not.toMatch(/^batch size$/m)
  })

  it('says when the experiment had not ended', async () => {
    const experiment = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2] }])
    const { running } = await contentsOf(reportInputOf({ ...experiment, state: 'interrupted' }))
    expect(running).toContain('This experiment was interrupted when the report was written')
  })

  it('survives names that nobody expects', async () => {
    const experiment = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2] }], {
      name: `${'very long name '.repeat(30)}\n\u202e模型`,
    })
    const { pages } = await contentsOf(reportInputOf(experiment))
    expect(pages.length).toBeGreaterThan(0)
  })
})

describe('the PDF of an experiment with variants', async () => {
  const { text, running, images } = await contentsOf(variantReportInput())

  it('shows the trade in one chart, drawn in vectors, with a name and a size at each mark', () => {
    expect(text).toContain('times as fast as the reference')
    expect(running).toContain('fp16, batch 64, 48.9 MiB')
    expect(running).toContain('int8, batch 64, 24.4 MiB')
    expect(images).toBe(0)
  })

  it('has the table of the variants and what it means', () => {
    expect(text).toContain('Top-1')
    expect(running).toContain('check the accuracy on your own')
    expect(running).toContain('made by Batchscope (FP16)')
  })
})
