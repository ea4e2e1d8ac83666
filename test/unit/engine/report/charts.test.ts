import { describe, expect, it } from 'vitest'
import { reportCharts } from '../../../../electron/engine/report/charts.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'

const sizes = [1, 2, 4, 8, 16, 32, 64, 128]

function chartsOf(...args: Parameters<typeof simulatedExperiment>) {
  return reportCharts(reportInputOf(simulatedExperiment(...args)).analysis, 450)
}

function named(charts: ReturnType<typeof chartsOf>, title: string) {
  const chart = charts.find((one) => one.title === title)
  if (chart === undefined) throw new Error(`there is a chart ${title}`)
  return chart.config.data.datasets.filter(({ label }) => label !== undefined)
}

describe('the charts of a report', () => {
  it('show throughput, latency and memory over the batch sizes that completed', () => {
    const charts = chartsOf([{ executionProvider: 'cuda', batchSizes: sizes }])
    expect(charts.map(({ title }) => title)).toEqual(['Throughput', 'Latency', 'Memory'])
    const completed = sizes.slice(0, -1)
    for (const { title } of charts) {
      for (const { data } of named(charts, title)) expect(data.map(({ x }) => x)).toEqual(completed)
    }
  })

  it('tell curves apart by more than colour', () => {
    const series = [1, 2, 4, 8].map((threads) => ({
      executionProvider: 'cpu' as const,
      threads,
      batchSizes: sizes.slice(0, 4),
    }))
    const curves = named(chartsOf(series), 'Throughput')
    expect(curves).toHaveLength(4)
    expect(new Set(curves.map(({ borderColor }) => borderColor)).size).toBe(4)
    expect(new Set(curves.map(({ pointStyle }) => pointStyle)).size).toBe(4)
  })

  it('measure memory in the unit that suits it', () => {
    const about = (machine: { fixedBytes: number; perItemBytes: number }) =>
      chartsOf([{ executionProvider: 'cpu', batchSizes: [1, 2, 4], machine }]).at(-1)?.about
    expect(about({ fixedBytes: 50e6, perItemBytes: 1e6 })).toBe('peak in MiB, of the host; dotted: fit')
    expect(about({ fixedBytes: 5e9, perItemBytes: 1e6 })).toBe('peak in GiB, of the host; dotted: fit')
  })

  it('say what the dotted line and the shaded points are, where there are some', () => {
    const { analysis } = reportInputOf(
      simulatedExperiment([
        { executionProvider: 'cpu', batchSizes: [1, 2, 4, 8], machine: { saturatesAt: 99 } },
      ]),
    )
    const [only] = analysis.series
    const latencyFit = {
      ...{ overheadMs: 1.9, perItemMs: 0.31, batchSizes: [1, 2, 4, 8], relativeError: 0.002, follows: true },
    }
    const series = only === undefined ? [] : [{ ...only, latencyFit }]
    const recommendations = analysis.recommendations.map((card) => ({ ...card, equivalent: [4, 8] }))
    const [throughput, latency] = reportCharts({ ...analysis, series, recommendations }, 450)
    expect(throughput?.about).toContain('shaded points: no difference shown; dotted: fit')
    expect(latency?.about).toContain('dotted: fit, 1.90 ms + 0.310 ms × batch')

    const loose = series.map((each) => ({ ...each, latencyFit: { ...latencyFit, follows: false } }))
    const alone = recommendations.map((card) => ({ ...card, equivalent: [8] }))
    const plain = reportCharts({ ...analysis, series: loose, recommendations: alone }, 450)
    expect(plain[0]?.about).not.toMatch(/shaded|dotted/)
  })

  it('leave out memory that nobody measured', () => {
    const input = reportInputOf(simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2, 4] }]))
    const trials = input.analysis.trials.map((trial) => ({ ...trial, memory: {} }))
    const charts = reportCharts({ ...input.analysis, trials }, 450)
    expect(charts.map(({ title }) => title)).toEqual(['Throughput', 'Latency'])
  })

  it('are not drawn of less than two points', () => {
    expect(chartsOf([{ executionProvider: 'cpu', batchSizes: [8] }])).toEqual([])
    expect(chartsOf([{ executionProvider: 'cuda', batchSizes: [8, 9], machine: { limitBytes: 1 } }])).toEqual(
      [],
    )
  })
})
