import { describe, expect, it } from 'vitest'
import { readChartColours } from '../../../../../renderer/charts/chart-colours.ts'
import { modelLook, tradeChart } from '../../../../../renderer/charts/trade-chart.ts'
import { seriesLook } from '../../../../../renderer/charts/series-look.ts'
import { goalCards } from '../../../../../renderer/features/results/goal-cards.ts'
import {
  noDriftText,
  variantNotes,
  variantRows,
} from '../../../../../renderer/features/results/variant-rows.ts'
import { variantAnalysis } from '../../../../fixtures/plausible-variants.ts'
import { plausibleAnalysis } from '../../../../fixtures/plausible-workbench.ts'
import { driftOf, variantExperiment, variantReportInput } from '../../../../fixtures/variant-experiment.ts'

const colours = readChartColours({ getPropertyValue: (name) => `colour of ${name}` })

describe('the table of variants', () => {
  const rows = variantRows(variantAnalysis)

  it('has every trial of every model, in the order of the analysis', () => {
    expect(rows.map(({ summary, trial }) => [summary.label, trial.config.batchSize])).toEqual(
      ['cpu, reference', 'cpu, fp16', 'cpu, int8'].flatMap((label) =>
        [1, 4, 16, 64].map((batch) => [label, batch]),
      ),
    )
    expect(rows.filter(({ isBest }) => isBest).map(({ trial }) => trial.config.batchSize)).toEqual([
      64, 64, 64,
    ])
  })

  it('is not there without variants', () => {
    expect(variantRows(plausibleAnalysis)).toEqual([])
  })

  it('says why there are no numbers about outputs', () => {
    const experiment = variantExperiment()
    const [id = '', other = ''] = [...experiment.outputDrifts.keys()]
    const outputDrifts = new Map(experiment.outputDrifts)
    outputDrifts.set(id, { trialId: id, outputs: [], problem: 'It ran out of memory.' })
    outputDrifts.delete(other)
    const { analysis } = variantReportInput({ ...experiment, outputDrifts })
    const [reference, , , , failed, missing] = variantRows(analysis)
    expect(reference && noDriftText(reference)).toEqual({ text: '–' })
    expect(failed && noDriftText(failed)).toEqual({ text: 'not compared', why: 'It ran out of memory.' })
    expect(missing && noDriftText(missing)).toEqual({ text: 'not compared' })
  })

  it('notes what was compared in part', () => {
    expect(variantNotes(variantAnalysis)).toEqual([])
    const experiment = variantExperiment()
    const [id = ''] = [...experiment.outputDrifts.keys()]
    const outputs = [driftOf(0.1, { elements: 10, ofElements: 20 })]
    const { analysis } = variantReportInput({
      ...experiment,
      outputDrifts: new Map([[id, { trialId: id, outputs }]]),
    })
    expect(variantNotes(analysis)).toHaveLength(1)
  })
})

describe('the chart of variants', () => {
  const chart = tradeChart(variantAnalysis, colours)

  it('has one mark a model, with the interval of its speed, in the look of its curve', () => {
    const [reference, half, eightBit] = chart.data.datasets
    expect([reference, half, eightBit].map((set) => set?.label)).toEqual([
      'reference, batch 64, 97.8 MiB',
      'fp16, batch 64, 48.9 MiB',
      'int8, batch 64, 24.4 MiB',
    ])
    expect(half?.data[0]?.x).toBeCloseTo(1.57, 2)
    expect(half?.data[0]?.low).toBeLessThan(half?.data[0]?.x ?? 0)
    expect(half?.pointStyle).toBe(seriesLook(1).shape)
    expect(modelLook(variantAnalysis, variantAnalysis.series[2]?.key ?? '')).toEqual(seriesLook(2))
  })

  it('names its decades, and the foot where there is no error', () => {
    const y = chart.options?.scales?.['y']
    const axis = { ticks: [] as { value: number }[] }
    y?.afterBuildTicks?.(axis as never)
    const label = y?.ticks?.callback as unknown as (value: number) => string
    expect(axis.ticks.map(({ value }) => label(value))).toEqual(
      expect.arrayContaining(['none', '0.1 %', '1 %', '100 %']),
    )
  })
})

describe('the cards of an experiment with variants', () => {
  it('say which model they recommend', () => {
    const trials = new Map(variantAnalysis.trials.map((trial) => [trial.id, trial]))
    const card = goalCards(variantAnalysis, trials).find(({ goal }) => goal === 'throughput')
    expect(card).toMatchObject({ batch: '64' })
    expect(card?.key).toMatch(/^[\d,]+ items\/s, fp16$/)
  })
})
