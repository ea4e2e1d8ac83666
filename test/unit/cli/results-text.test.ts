import { describe, expect, it } from 'vitest'
import { resultsText } from '../../../electron/cli/results-text.ts'
import { completedTrial, exampleAnalysis } from './analysis-example.ts'
import { variantReportInput } from '../../fixtures/variant-experiment.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const linesAt = (width: number, analysis = exampleAnalysis) =>
  resultsText(analysis, recordedTerminal(width)).split('\n')

describe('the results as text', () => {
  it('has one row a trial, ascending, numbers to the right under heads with units', () => {
    const rows = linesAt(100).slice(0, 8)
    expect(rows).toEqual([
      'batch  items/s  ± %  mean ms  p50 ms  p99 ms  host MiB  notes',
      '─────  ───────  ───  ───────  ──────  ──────  ────────  ─────────────',
      '    1      333  1.2     3.00    3.00   ~3.90       201',
      '    2      500  1.2     4.00    4.00    5.20       202',
      '    4      667  1.2     6.00    6.00    7.80       204',
      '    8      800  1.2     10.0    10.0    13.0       208  wide-interval',
      '   16                                                   out of memory',
      '   32                                                   skipped',
    ])
  })

  it('says why trials have no numbers, what flags mean, and what the tilde means', () => {
    const text = linesAt(200).join('\n')
    expect(text).toContain('batch 16: out of memory. The memory budget of 256 MiB was used up. Try less.')
    expect(text).toContain('wide-interval: batch 8: the interval of the mean is ±4.1 % wide')
    expect(text).toContain('~ too few samples to carry this percentile')
  })

  it('gives the answer and a line for each goal, also where nothing can be recommended', () => {
    const text = linesAt(200).join('\n')
    expect(text).toContain('Use batch 8: 800 items/s (±1.2 %).\n16 does not fit.')
    expect(text).toMatch(
      /Highest throughput +8 {2}It finishes 800 items\/s, more than any other\. It answers/,
    )
    expect(text).toMatch(/p99 ≤ 1 ms +none {2}No batch size answers within 1 ms at p99\./)
  })

  it('says how far a recommendation may be behind, and how the machine drifted', () => {
    const [first, ...others] = exampleAnalysis.recommendations
    if (first === undefined) throw new Error('no recommendation')
    const blocks = [
      { block: 1, ratio: 1 },
      { block: 2, ratio: 1.06 },
    ]
    const text = linesAt(200, {
      ...exampleAnalysis,
      recommendations: [{ ...first, within: 0.014 }, ...others],
      drift: { blocks, range: 0.06, significant: true },
    }).join('\n')
    expect(text).toContain('It answers in 3.00 ms. The true best is at most 1.4 % better (95 % sure).')
    expect(text).toContain('The machine itself ran 6.0 % slower in block 2 than in block 1')
    expect(linesAt(200).join('\n')).not.toMatch(/true best|The machine itself/)
  })

  it.each([72, 80, 120])('fits into %i columns', (width) => {
    const reason = 'It is as fast as any other, within what can be told apart. '.repeat(5).trim()
    const [first, ...others] = exampleAnalysis.recommendations
    if (first === undefined) throw new Error('no recommendation')
    const analysis = { ...exampleAnalysis, recommendations: [{ ...first, reason }, ...others] }
    for (const line of linesAt(width, analysis)) expect(line.length).toBeLessThanOrEqual(width)
  })

  it('shows factors that vary, and device memory where there is some', () => {
    const trials = [completedTrial(1, { threads: 1 }), completedTrial(1, { threads: 2 })]
    const [one, two] = trials
    if (one === undefined || two === undefined) throw new Error('no trials')
    const memory = { ...two.memory, devicePeakBytes: 512 * 1024 ** 2 }
    const [head, , , second] = linesAt(100, {
      ...exampleAnalysis,
      series: [],
      trials: [one, { ...two, memory }],
    })
    expect(head).toBe('batch  threads  items/s  ± %  mean ms  p50 ms  p99 ms  host MiB  device MiB')
    expect(second).toMatch(/^ {4}1 {8}2 .* 512$/)
  })

  it('shows the energy of an item where it is known of any', () => {
    const energy = { joulesPerItem: 0.1234, meanWatts: 412, readings: 40 }
    const [head, , first, second] = linesAt(100, {
      ...exampleAnalysis,
      series: [],
      trials: [completedTrial(1, { energy }), completedTrial(2)],
    })
    expect(head).toMatch(/host MiB {2}J\/item$/)
    expect(first).toMatch(/ 0\.123$/)
    expect(second).not.toMatch(/ 0\.123$/)
  })

  it('shows the percentile that the latency bound is about', () => {
    const [head] = linesAt(100, { ...exampleAnalysis, slo: { percentile: 95, milliseconds: 5 } })
    expect(head).toContain('p95 ms')
  })
})

describe('the results of an experiment with variants', () => {
  const { analysis } = variantReportInput()

  it('have a table of the variants, with speed, size and drift, and the answer after it', () => {
    const lines = linesAt(140, analysis)
    const at = lines.indexOf('Variants')
    expect(lines[at + 1]).toMatch(
      /^model +batch +items\/s +speed +p50 ms +memory +file +max error +error +cosine +top-1$/,
    )
    expect(lines.slice(at).find((line) => line.startsWith('fp16'))).toMatch(/48\.9 MiB .* 0\.041 % .* 100 %$/)
    const answered = lines.findIndex((line) => line.startsWith('Use batch 64 with fp16: '))
    expect(answered).toBeGreaterThan(at)
    expect(lines[0]).toMatch(/^batch +variant +items\/s/)
  })

  it('fit into eighty columns by leaving out what can be read elsewhere', () => {
    const table = linesAt(80, analysis)
    const at = table.indexOf('Variants')
    const rows = table.slice(at + 1, at + 15)
    expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(rows[0]).toContain('error')
    expect(rows[0]).not.toContain('p50')
  })
})
