import { describe, expect, it } from 'vitest'
import type { ProviderStatus } from '../../../../electron/contract/provider-status.ts'
import type { ExperimentDraft } from '../../../../electron/contract/experiment.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { batchlessModel, dynamicModel, fixedBatchModel } from './draft-models.ts'

const providers: ProviderStatus[] = [
  { name: 'cpu', usable: true },
  {
    name: 'cuda',
    usable: false,
    reason: 'the CUDA provider is not installed.',
    hint: 'Install it with the instructions of `batchscope doctor`.',
  },
]

const specOf = (draft: ExperimentDraft, model = dynamicModel) => {
  const reading = readDraft(draft, model, { providers, devices: [] })
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join(' '))
  return reading.spec
}

const problemsOf = (draft: ExperimentDraft, model = dynamicModel) => {
  const reading = readDraft(draft, model, { providers, devices: [] })
  return reading.ok ? [] : reading.problems
}

describe('an experiment as a person writes it', () => {
  it('takes every default from an empty draft', () => {
    expect(specOf({ batch: '', threads: ' ', dims: [''] })).toEqual({
      factors: {
        batchSizes: { kind: 'auto' },
        executionProviders: ['cpu'],
        threads: [],
        dims: { sequence: [128], 'image:2': [224], 'image:3': [224] },
      },
      rules: defaultRules,
      constraints: {},
      seed: 1,
      batchAxes: {},
    })
  })

  it('tells all problems at once, each at its field', () => {
    const problems = problemsOf({ batch: '0', threads: 'x', slo: 'fast', seed: '-4', dims: ['nope=1'] })
    expect(problems.map(({ field }) => field)).toEqual(['batch', 'threads', 'dims', 'slo', 'seed'])
    for (const { message } of problems) expect(message).toMatch(/".+"/)
  })

  describe('execution providers', () => {
    it('keeps their order and drops duplicates', () => {
      const reading = readDraft({ executionProviders: 'CUDA, cpu,cuda' }, dynamicModel)
      expect(reading.ok && reading.spec.factors.executionProviders).toEqual(['cuda', 'cpu'])
    })

    it('refuses an unknown one and lists the known', () => {
      const [problem] = problemsOf({ executionProviders: 'gpu' })
      expect(problem?.message).toBe('Execution provider "gpu" is not known.')
      expect(problem?.hint).toContain('cpu, cuda, tensorrt')
    })

    it('refuses one that cannot be used here, with the reason', () => {
      const [problem] = problemsOf({ executionProviders: 'cpu,cuda' })
      expect(problem?.message).toBe(
        'Execution provider "cuda" cannot be used here: the CUDA provider is not installed.',
      )
      expect(problem?.hint).toContain('batchscope doctor')
    })
  })

  describe('dimensions', () => {
    it('accepts a name, a place, and several values, under the canonical key', () => {
      const { dims } = specOf({ dims: ['tokens:1=64,32', 'image:2 = 48'] }).factors
      expect(dims).toEqual({ sequence: [32, 64], 'image:2': [48], 'image:3': [224] })
    })

    it.each([
      ['depth=3', 'The model has no dimension "depth".', 'sequence, image:2, image:3'],
      ['image:9=3', 'Input "image" has no axis 9: its axes are 0 to 3.', 'sequence, image:2, image:3'],
      ['image:1=3', 'Dimension "image:1" has the fixed size 3.', 'sequence'],
      ['batch=8', '"batch" is the batch axis of the model, not a free dimension.', 'batch sizes'],
      ['image:0=8', '"image:0" is the batch axis of the model, not a free dimension.', 'batch sizes'],
      ['sequence', 'Dimension "sequence" cannot be read.', 'NAME=VALUE'],
      ['sequence=', 'Dimension "sequence" has no value.', 'sequence=128'],
      ['sequence=0', 'Dimension "sequence": value "0" is below 1.', '1'],
      ['sequence=1.5', 'Dimension "sequence": value "1.5" is not a whole number.', '1'],
    ])('refuses %s', (dim, message, hint) => {
      const [problem] = problemsOf({ dims: [dim] })
      expect(problem).toMatchObject({ field: 'dims', message })
      expect(problem?.hint).toContain(hint)
    })

    it('leaves out those that are made of others, unless they are given', () => {
      const [tokens] = dynamicModel.inputs
      if (tokens === undefined) throw new Error('no input')
      const mask = { ...tokens, name: 'mask', shape: ['batch', 'past + sequence'] }
      const past = { ...tokens, name: 'past', shape: ['batch', 'past'] }
      const made = ['past + sequence', 'past', 'sequence'].map((key) => ({ key, places: [], suggested: 8 }))
      const model = { ...dynamicModel, inputs: [tokens, mask, past], freeDimensions: made }
      const dimsOf = (dims: string[]) => {
        const reading = readDraft({ dims }, model)
        return reading.ok ? reading.spec.factors.dims : reading.problems
      }
      expect(dimsOf(['sequence=4,6'])).toEqual({ sequence: [4, 6], past: [8] })
      expect(dimsOf(['past + sequence=20'])).toEqual({ 'past + sequence': [20], past: [8], sequence: [8] })
    })

    it('refuses one dimension under two names', () => {
      const [problem] = problemsOf({ dims: ['sequence=64', 'tokens:1=32'] })
      expect(problem?.message).toBe('Dimension "tokens:1" is given twice.')
    })
  })

  describe('batch axes', () => {
    it('takes corrections', () => {
      expect(specOf({ batchAxes: ['image=none', 'tokens=1'] }).batchAxes).toEqual({ image: null, tokens: 1 })
    })

    it('makes a batch axis that was taken back a free dimension, and the other way round', () => {
      const { dims } = specOf({ batchAxes: ['image=none', 'tokens=1'], dims: ['image:0=2'] }).factors
      expect(dims).toEqual({ batch: [1], 'image:0': [2], 'image:2': [224], 'image:3': [224] })
      expect(problemsOf({ batchAxes: ['tokens=1'], dims: ['sequence=4'] })[0]?.message).toBe(
        '"sequence" is the batch axis of the model, not a free dimension.',
      )
    })

    it.each([
      ['pixels=0', 'Batch axis "pixels=0" names no input of the model.'],
      ['image=4', 'Batch axis of "image" "4" is above 3.'],
      ['image', 'Batch axis "image" cannot be read.'],
    ])('refuses %s', (axis, message) => {
      expect(problemsOf({ batchAxes: [axis] })[0]).toMatchObject({ field: 'batchAxes', message })
    })
  })

  describe('a model that does not take any batch size', () => {
    it('runs a fixed batch at its one size, automatic or not', () => {
      expect(specOf({}, fixedBatchModel).factors.batchSizes).toEqual({ kind: 'list', values: [4] })
      expect(specOf({ batch: '4' }, fixedBatchModel).factors.batchSizes).toEqual({
        kind: 'list',
        values: [4],
      })
    })

    it('refuses another size and says which one it is', () => {
      const [problem] = problemsOf({ batch: '4,8' }, fixedBatchModel)
      expect(problem).toMatchObject({
        field: 'batch',
        message: 'Batch size "8" cannot be run: input "x" of the model has the fixed batch size 4.',
      })
    })

    it('refuses a search that ends below it', () => {
      expect(problemsOf({ batch: 'auto:2' }, fixedBatchModel)[0]?.message).toContain(
        'Batch size "2" cannot be run',
      )
      expect(specOf({ batch: 'auto:512' }, fixedBatchModel).factors.batchSizes.kind).toBe('list')
    })

    it('runs a model without a batch axis once a call', () => {
      expect(specOf({}, batchlessModel).factors.batchSizes).toEqual({ kind: 'list', values: [1] })
      expect(problemsOf({ batch: '2' }, batchlessModel)[0]?.message).toBe(
        'Batch size "2" cannot be run: no input of the model has a batch axis.',
      )
    })
  })

  describe('constraints', () => {
    it.each([
      ['p99<=20ms', 99, 20],
      ['p99 <= 20 ms', 99, 20],
      ['P99.9<0.5s', 99.9, 500],
      ['p50≤250us', 50, 0.25],
    ])('reads the latency bound %s', (slo, percentile, milliseconds) => {
      expect(specOf({ slo }).constraints.slo).toEqual({ percentile, milliseconds })
    })

    it.each([
      ['20ms', 'Latency bound "20ms" cannot be read.'],
      ['p99<=20', 'Latency bound "p99<=20" has no unit.'],
      ['p99<=20min', 'Latency bound "p99<=20min" has the unknown unit "min".'],
      ['p100<=20ms', 'Percentile "100" in the latency bound is not between 0 and 100.'],
      ['p99<=0ms', 'Latency bound "p99<=0ms" is zero.'],
    ])('refuses the latency bound %s', (slo, message) => {
      expect(problemsOf({ slo })[0]).toMatchObject({ field: 'slo', message })
    })

    it('reads a memory budget and refuses one that nothing fits into', () => {
      expect(specOf({ memoryBudget: '2GiB' }).constraints.memoryBudgetBytes).toBe(2 * 1024 ** 3)
      expect(problemsOf({ memoryBudget: '2 apples' })[0]?.message).toBe(
        'Memory budget "2 apples" cannot be read.',
      )
      const [small] = problemsOf({ memoryBudget: '2' })
      expect(small?.message).toContain('Memory budget "2" is too small')
      expect(small?.hint).toContain('64MiB')
    })
  })

  describe('a time budget', () => {
    it.each([
      ['60s', 60_000],
      ['1.5 min', 90_000],
      ['2h', 7_200_000],
      ['90000ms', 90_000],
      ['5MIN', 300_000],
    ])('reads %s', (timeBudget, milliseconds) => {
      expect(specOf({ timeBudget }).constraints).toEqual({ timeBudgetMs: milliseconds })
    })

    it.each([
      ['60', 'Time budget "60" has no unit.'],
      ['5m', 'Time budget "5m" has the unknown unit "m".'],
      ['soon', 'Time budget "soon" cannot be read.'],
      ['-5s', 'Time budget "-5s" cannot be read.'],
      ['10ms', 'Time budget "10ms" is too short: one execution alone takes longer.'],
      ['1000h', 'Time budget "1000h" is more than thirty days.'],
    ])('refuses %s, with what to write instead', (timeBudget, message) => {
      const [problem] = problemsOf({ timeBudget })
      expect(problem).toMatchObject({ field: 'timeBudget', message })
      expect(problem?.hint).toMatch(/\S/)
    })
  })

  it('reads how near the memory boundary is to be measured', () => {
    expect(specOf({ boundaryGranularity: '4' }).constraints).toEqual({ boundaryGranularity: 4 })
    expect(specOf({ batch: '1,64', boundaryGranularity: '1' }).constraints.boundaryGranularity).toBe(1)
    expect(problemsOf({ boundaryGranularity: '0' })).toEqual([
      expect.objectContaining({
        field: 'boundaryGranularity',
        message: 'Boundary granularity "0" is below 1.',
      }),
    ])
  })

  describe('the tolerance of the search', () => {
    it.each([
      ['2%', 0.02],
      ['0.5 %', 0.005],
      ['0.05', 0.05],
      ['.5', 0.5],
    ])('reads %s', (tolerance, fraction) => {
      expect(specOf({ tolerance }).rules.tolerance).toBe(fraction)
    })

    it.each([
      ['0%', 'Tolerance "0%" is below 0.1 %.', 'Write a percentage'],
      ['60%', 'Tolerance "60%" is above 50 %.', 'Write a percentage'],
      ['2', 'Tolerance "2" is above 50 %.', 'Did you mean 2%?'],
      ['tight', 'Tolerance "tight" is no percentage.', 'Write a percentage'],
    ])('refuses %s', (tolerance, message, hint) => {
      const [problem] = problemsOf({ tolerance })
      expect(problem).toMatchObject({ field: 'tolerance', message })
      expect(problem?.hint).toContain(hint)
    })
  })

  it('lets a contender have as many executions as every trial was asked to have', () => {
    expect(specOf({ executions: '30' }).rules).toMatchObject({ executions: 30, mostExecutions: 30 })
    expect(specOf({ executions: '3' }).rules.mostExecutions).toBe(defaultRules.mostExecutions)
  })

  describe('times', () => {
    it('lowers the default minimum under a short maximum', () => {
      expect(specOf({ maxTime: '300' }).rules).toMatchObject({ minimumMs: 300, maximumMs: 300 })
    })

    it('raises the default maximum over a long minimum, and the time limit with it', () => {
      const { rules } = specOf({ minTime: '400000' })
      expect(rules).toMatchObject({ minimumMs: 400_000, maximumMs: 400_000 })
      expect(rules.timeoutMs).toBeGreaterThan(400_000)
    })

    it('keeps the longest warm-up in proportion to the least', () => {
      expect(specOf({ warmupTime: '50' }).rules).toMatchObject({
        warmupMinimumMs: 50,
        warmupMaximumMs: 2_000,
      })
      expect(specOf({ warmupTime: '20000' }).rules).toMatchObject({ warmupMaximumMs: 20_000 })
    })

    it('takes the time limit in seconds', () => {
      expect(specOf({ timeout: '2.5' }).rules.timeoutMs).toBe(2_500)
    })

    it.each<[ExperimentDraft, string, string]>([
      [
        { minTime: '500', maxTime: '100' },
        'maxTime',
        'Maximum time "100" ms is shorter than the minimum time "500" ms.',
      ],
      [{ minTime: '-5' }, 'minTime', 'Minimum time "-5" is below 0 ms.'],
      [{ maxTime: 'long' }, 'maxTime', 'Maximum time "long" is not a number.'],
      [{ executions: '0' }, 'executions', 'Executions "0" is below 1.'],
      [{ executions: '101' }, 'executions', 'Executions "101" is above 100.'],
      [
        { timeout: '1' },
        'timeout',
        'Time limit "1" s is over before warm-up and measuring can be (1250 ms).',
      ],
    ])('refuses %j', (draft, field, message) => {
      expect(problemsOf(draft)).toEqual([expect.objectContaining({ field, message })])
    })
  })

  it('makes windows shorter where a time budget asks for it, but not those that were given', () => {
    const rules = (draft: ExperimentDraft) => {
      const reading = readDraft(draft, dynamicModel)
      if (!reading.ok) throw new Error('refused')
      return reading.spec.rules
    }
    expect(rules({ timeBudget: '20s' })).toMatchObject({
      minimumMs: 500,
      maximumMs: 500,
      warmupMaximumMs: 500,
    })
    expect(rules({ timeBudget: '20s', maxTime: '4000' })).toMatchObject({ minimumMs: 1000, maximumMs: 4000 })
    expect(rules({ timeBudget: '1h' }).maximumMs).toBe(rules({}).maximumMs)
  })

  it('refuses factors that multiply into more trials than anyone can wait for', () => {
    const [problem] = problemsOf({ batch: '1:1000', threads: '1,2,3,4,5' })
    expect(problem?.message).toBe('The factors make 5,000 trials, and 4,096 is the most.')
  })
})
