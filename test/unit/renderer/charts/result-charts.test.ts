import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../../../electron/contract/analysis.ts'
import { analysisAxis } from '../../../../renderer/charts/batch-chart.ts'
import { batchCurves } from '../../../../renderer/charts/batch-curves.ts'
import { readChartColours } from '../../../../renderer/charts/chart-colours.ts'
import { latencyChart } from '../../../../renderer/charts/latency-chart.ts'
import { memoryChart, memoryKinds } from '../../../../renderer/charts/memory-chart.ts'
import { seriesLook } from '../../../../renderer/charts/series-look.ts'
import { throughputChart } from '../../../../renderer/charts/throughput-chart.ts'
import { analysisOf, completedTrial, lostTrial } from '../analysis-fixture.ts'

const colours = readChartColours({ getPropertyValue: (name) => `colour of ${name}` })

function inputFor(analysis: Analysis) {
  return { analysis, curves: batchCurves(analysis), axis: analysisAxis(analysis), colours }
}

const sweep = analysisOf([completedTrial(1), completedTrial(8), completedTrial(64), lostTrial(128)], {
  boundary: { largestThatFits: 64, smallestThatDoesNot: 128, limitedBy: 'host' },
})

describe('batchCurves', () => {
  it('draws a curve per series, ascending, and keeps trials without numbers apart', () => {
    const [curve] = batchCurves(analysisOf([completedTrial(8), lostTrial(16), completedTrial(1)]))
    expect(curve?.measured.map(({ config }) => config.batchSize)).toEqual([1, 8])
    expect(curve?.lost.map(({ config }) => config.batchSize)).toEqual([16])
  })
})

describe('throughputChart', () => {
  it('shows each trial with its interval where it stands on the axis', () => {
    const chart = throughputChart(inputFor(sweep))
    expect(chart.data.datasets[0]?.data[1]).toEqual({
      x: 3,
      y: 800,
      low: 784,
      high: 816,
      trialId: 'batch-8',
    })
  })

  it('marks a trial that ran out of memory by a cross, and one that was skipped by a bar', () => {
    const chart = throughputChart(
      inputFor(analysisOf([completedTrial(1), lostTrial(64), lostTrial(128, 'skipped')])),
    )
    const marks = chart.data.datasets.find(({ label }) => label === 'without numbers')
    expect(marks?.data.map(({ trialId }) => trialId)).toEqual(['batch-64', 'batch-128'])
    expect(marks?.pointStyle).toEqual(['crossRot', 'line'])
  })

  it('leaves room above the highest interval', () => {
    const y = throughputChart(inputFor(sweep)).options?.scales?.['y']
    expect(y?.max).toBeGreaterThan(6528)
  })

  it('hatches what lies beyond the memory boundary', () => {
    const chart = throughputChart(inputFor(sweep))
    expect(chart.options?.plugins?.annotation?.annotations).toMatchObject({
      boundary: { type: 'box', xMin: 7, backgroundColor: colours.hatch },
    })
  })
})

describe('what the curves follow', () => {
  const [series] = sweep.series
  const fitted: Analysis = {
    ...sweep,
    series: [
      {
        key: 'cpu',
        label: 'cpu',
        trialIds: series?.trialIds ?? [],
        latencyFit: {
          ...{ overheadMs: 1, perItemMs: 0.5, batchSizes: [1, 8, 64], relativeError: 0, follows: true },
        },
        memoryFit: {
          ...{ of: 'host', fixedBytes: 100 * 1024 ** 2, perItemBytes: 10 * 1024 ** 2 },
          ...{ batchSizes: [1, 8, 64], relativeError: 0, follows: true, limitBytes: 1024 ** 3 },
          largestThatFits: { batchSize: 92 },
        },
      },
    ],
  }
  const fittedEnds = (chart: ReturnType<typeof throughputChart>) => {
    const line = chart.data.datasets[0]
    const points = line !== undefined && 'fitted' in line ? line.fitted : undefined
    return Array.isArray(points) ? [points[0], points.at(-1)] : []
  }

  it('is drawn over the measured batch sizes, as latency and as the throughput it means', () => {
    expect(fittedEnds(latencyChart(inputFor(fitted), 99))).toEqual([
      { x: 0, y: 1.5 },
      { x: 6, y: 33 },
    ])
    const [first, last] = fittedEnds(throughputChart(inputFor(fitted)))
    expect(first).toEqual({ x: 0, y: 1000 / 1.5 })
    expect(last).toEqual({ x: 6, y: 64_000 / 33 })
  })

  it('is not drawn where latency does not follow it', () => {
    const [only] = fitted.series
    if (only?.latencyFit === undefined) throw new Error('the series has a fit')
    const loose = { ...only, latencyFit: { ...only.latencyFit, follows: false } }
    expect(fittedEnds(latencyChart(inputFor({ ...fitted, series: [loose] }), 99))).toEqual([])
  })

  it('marks where memory is predicted to end, and the limit where it is near', () => {
    const chart = memoryChart(inputFor(fitted))
    expect(fittedEnds(chart)).toEqual([
      { x: 0, y: 110 / 1024 },
      { x: 6, y: 740 / 1024 },
    ])
    expect(chart.options?.plugins?.annotation?.annotations).toMatchObject({
      predicted: { value: Math.log2(92), label: { content: 'predicted to fit: 92' } },
      budget: { value: 1, label: { content: 'limit 1.00 GiB' } },
    })
  })
})

describe('batch sizes that cannot be told apart', () => {
  it('have a halo in the throughput chart', () => {
    const input = { ...inputFor(sweep), alikeTrialIds: new Set(['batch-8', 'batch-64']) }
    const points = throughputChart(input).data.datasets[0]?.data ?? []
    expect(points.map(({ isAlike }) => isAlike === true)).toEqual([false, true, true])
  })
})

describe('latencyChart', () => {
  it('shows the median solid and the bounded percentile dashed', () => {
    const [median, bounded] = latencyChart(inputFor(sweep), 95).data.datasets
    expect([median?.label, median?.borderDash]).toEqual(['p50', []])
    expect([bounded?.label, bounded?.borderDash]).toEqual(['p95', [4, 3]])
  })

  it('shows one curve when the bound is about the median', () => {
    expect(latencyChart(inputFor(sweep), 50).data.datasets.map(({ label }) => label)).toEqual([
      'p50',
      'without numbers',
    ])
  })

  it('is linear for values of one size, and logarithmic when they differ much', () => {
    const near = analysisOf([completedTrial(1), completedTrial(2)])
    const far = analysisOf([completedTrial(1), completedTrial(64)])
    expect(latencyChart(inputFor(near), 99).options?.scales?.['y']?.type).toBe('linear')
    expect(latencyChart(inputFor(far), 99).options?.scales?.['y']?.type).toBe('logarithmic')
  })

  it('keeps every value inside a logarithmic axis', () => {
    const chart = latencyChart(inputFor(sweep), 99)
    const y = chart.options?.scales?.['y']
    const values = chart.data.datasets.flatMap(({ data }) => data.map((point) => point.y))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(Number(y?.min))
    expect(Math.max(...values)).toBeLessThanOrEqual(Number(y?.max))
  })
})

describe('memoryChart', () => {
  it('counts in a unit that fits the largest value', () => {
    const chart = memoryChart(inputFor(sweep))
    expect(chart.data.datasets[0]?.data[0]).toMatchObject({ x: 0, y: 110 })
  })

  it('shows device memory first where a device was used', () => {
    const trial = completedTrial(1)
    const analysis = analysisOf([
      { ...trial, memory: { ...trial.memory, devicePeakBytes: 300 * 1024 ** 2 } },
      completedTrial(2),
    ])
    expect(memoryKinds(inputFor(analysis))).toEqual(['device', 'host'])
    expect(memoryChart(inputFor(analysis)).data.datasets.map(({ label }) => label)).toEqual([
      'device',
      'host',
    ])
  })

  it('draws a memory budget as a line, inside the axis', () => {
    const chart = memoryChart(inputFor(sweep), 2 * 1024 ** 3)
    expect(chart.options?.plugins?.annotation?.annotations).toMatchObject({
      budget: { type: 'line', value: 2, label: { content: 'budget 2.00 GiB' } },
    })
    expect(chart.options?.scales?.['y']?.max).toBeGreaterThanOrEqual(2)
  })
})

describe('seriesLook', () => {
  it('tells eight series apart without their colours', () => {
    const looks = Array.from({ length: 8 }, (_, index) => seriesLook(index))
    expect(new Set(looks.map(({ shape, dash }) => `${shape} ${dash.join()}`)).size).toBe(8)
  })
})
