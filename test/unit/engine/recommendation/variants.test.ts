import { describe, expect, it } from 'vitest'
import type { TrialDrift } from '../../../../electron/contract/output-drift.ts'
import { analyse } from '../../../../electron/engine/recommendation/analyse.ts'
import { driftOf, variantExperiment, variantReportInput } from '../../../fixtures/variant-experiment.ts'
import { completed, measuredAt, samplesAround, spec, together, trialOf } from './measured-experiment.ts'

const { analysis } = variantReportInput()
const variantsOf = (given = analysis) => new Map((given.variants ?? []).map((each) => [each.variant, each]))

describe('variants beside their reference', () => {
  it('come with file, speed at each batch size, and the output that lies farthest off', () => {
    const [reference, half] = [variantsOf().get(undefined), variantsOf().get('fp16')]
    expect(reference).toMatchObject({ outputs: 'reference', model: { bytes: 102_543_872 } })
    expect(reference?.rows.every(({ speed, worst }) => speed === undefined && worst === undefined)).toBe(true)
    expect(half).toMatchObject({
      outputs: 'close',
      model: { kind: 'fp16', bytes: 51_271_936 },
      label: 'cpu, fp16',
    })
    // Latency is 1.9 ms + 0.31 ms b against 1.9 ms + 0.186 ms b.
    const truth = [1, 4, 16, 64].map((b) => (1.9 + 0.31 * b) / (1.9 + 0.186 * b))
    half?.rows.forEach(({ speed }, index) => {
      expect((speed?.ratio ?? 0) / (truth[index] ?? 1)).toBeCloseTo(1, 1)
      expect(speed?.ci95?.[0]).toBeLessThan(speed?.ratio ?? 0)
      expect(speed?.ci95?.[1]).toBeGreaterThan(speed?.ratio ?? Infinity)
    })
    expect(half?.rows.at(-1)?.worst?.relative).toBeCloseTo(0.00041 * 1.064, 8)
    expect(half?.bestSpeed?.ratio).toBeCloseTo(truth[3] ?? 0, 1)
  })

  it('stand in the order in which they were asked for, whichever came to run first', () => {
    const experiment = variantExperiment()
    const shuffled = analyse({
      spec: experiment.record.spec,
      trials: experiment.trials.toReversed(),
      executions: experiment.executions.map(({ execution }) => execution),
      skips: new Map(),
    })
    expect(shuffled.series.map(({ label }) => label)).toEqual(['cpu, reference', 'cpu, fp16', 'cpu, int8'])
  })

  it('are compared within blocks, where drift of the machine cancels', () => {
    const [one, other] = [trialOf(8), trialOf(8, { variant: 'half' })]
    // The machine is 30 % slower in the second block; the variant is always twice as fast.
    const executions = [1, 1.3, 0.9].flatMap((pace, at) => [
      completed(one, at + 1, samplesAround(10 * pace)),
      completed(other, at + 1, samplesAround(5 * pace * (1 + 0.001 * (at - 1)))),
    ])
    const factors = { ...spec.factors, variants: [{ name: 'half', modelSha256: 'h' }] }
    const { variants } = analyse({
      spec: { ...spec, factors },
      trials: [one, other],
      executions,
      skips: new Map(),
    })
    const speed = variants?.[1]?.rows[0]?.speed
    expect(speed?.ratio).toBeCloseTo(2, 2)
    expect(speed?.ci95?.[0]).toBeGreaterThan(1.9)
    expect(speed?.ci95?.[1]).toBeLessThan(2.1)
  })

  it('have no interval where nothing was repeated', () => {
    const experiment = variantExperiment()
    const once = experiment.executions.filter(({ execution }) => execution.block === 1)
    const { variants } = analyse({
      spec: experiment.record.spec,
      trials: experiment.trials,
      executions: once.map(({ execution }) => execution),
      skips: new Map(),
    })
    expect(variants?.[1]?.rows[0]?.speed).toEqual({ ratio: expect.any(Number) as number })
  })

  it('are no part of an experiment without them', () => {
    expect(analyse({ spec, ...measuredAt({ 1: 2, 2: 3 }) })).not.toHaveProperty('variants')
  })
})

describe('the recommendation among variants', () => {
  it('is a variant where its outputs are close, with what it gains and how far it lies off', () => {
    expect(analysis.answer.headline).toMatch(/^Use batch 64 with fp16: [\d,]+ items\/s/)
    expect(analysis.answer.support).toMatch(
      /fp16 finishes 1\.5\d times \(1\.\d\d to 1\.\d\d\) as many items per second as the reference at batch 64; its outputs lie 0\.044 % off the reference's, and 100 % of items have the same highest score\./,
    )
  })

  it('is never one whose outputs lie far off, however fast, and says so', () => {
    const ids = new Set(analysis.recommendations.flatMap(({ trialId }) => trialId ?? []))
    expect(analysis.trials.filter(({ id }) => ids.has(id)).map(({ config }) => config.variant)).not.toContain(
      'int8',
    )
    expect(variantsOf().get('int8')?.outputs).toBe('apart')
    expect(analysis.answer.support).toMatch(
      /int8 finishes 2\.\d\d times .* as the reference, but its outputs lie 24 % off the reference's, and 84\.0 % of items have the same highest score: it is not recommended\./,
    )
  })

  it('is the faster variant where that lies close enough', () => {
    const close = variantReportInput(variantExperiment({ farOff: 0.03 })).analysis
    expect(close.answer.headline).toMatch(/^Use batch 64 with int8: /)
  })

  it('is the reference while outputs were not compared', () => {
    const unknown = variantReportInput({ ...variantExperiment(), outputDrifts: new Map() }).analysis
    expect(unknown.answer.headline).toMatch(/^Use batch 64 with the reference: /)
    expect(unknown.answer.support).toContain('its outputs were not compared with those of the reference')
  })

  it.each([
    ['values that are not finite', { outputs: [driftOf(0.001, { notFinite: 3 })] }],
    [
      'an output that cannot be compared',
      { outputs: [driftOf(0.001)], problem: 'Output "boxes" is missing.' },
    ],
    [
      'an output where the reference has zeros',
      { outputs: [driftOf(0, { relative: undefined, maxAbsolute: 1 })] },
    ],
    ['one batch size that lies off', { outputs: [driftOf(0.2)] }],
  ])('is no variant with %s', (_, found: Omit<TrialDrift, 'trialId'>) => {
    const experiment = variantExperiment()
    const trial = experiment.trials.find(({ config }) => config.variant === 'fp16' && config.batchSize === 4)
    const trialId = trial?.id ?? ''
    const outputDrifts = new Map([...experiment.outputDrifts, [trialId, { trialId, ...found }]])
    const { variants } = variantReportInput({ ...experiment, outputDrifts }).analysis
    expect(variants?.find(({ variant }) => variant === 'fp16')?.outputs).toBe('apart')
  })

  it('tells that nothing is known where only variants have numbers', () => {
    const measured = measuredAt({ 1: 2, 2: 3 }, { config: { variant: 'half' } })
    const factors = { ...spec.factors, variants: [{ name: 'half', modelSha256: 'h' }] }
    const { answer } = analyse({ spec: { ...spec, factors }, ...together(measured) })
    expect(answer.headline).toBe(
      'Nothing can be recommended: the reference has no numbers, and no variant is known to give its outputs.',
    )
  })
})
