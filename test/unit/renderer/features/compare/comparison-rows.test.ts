import { describe, expect, it } from 'vitest'
import {
  comparisonRows,
  intervalWords,
  signedChange,
} from '../../../../../renderer/features/compare/comparison-rows.ts'
import { pWords } from '../../../../../electron/contract/comparison.ts'
import { plausibleComparison } from '../../../../fixtures/plausible-comparison.ts'

const change = { ratio: 1.05, verdict: 'slower' as const, withinThreshold: false }

describe('the rows of a comparison', () => {
  it('begin with all configurations together, where there are several', () => {
    expect(comparisonRows(plausibleComparison).map(({ name }) => name)).toEqual([
      'All together',
      ...['Batch 1', 'Batch 2', 'Batch 4', 'Batch 8', 'Batch 16'],
    ])
    const [only] = plausibleComparison.configurations
    const single = { ...plausibleComparison, configurations: only === undefined ? [] : [only] }
    expect(comparisonRows(single).map(({ name }) => name)).toEqual(['Batch 1'])
  })

  it('name the factors that vary, and only those', () => {
    const configurations = plausibleComparison.configurations.map((each, index) => ({
      ...each,
      config: { ...each.config, threads: index + 1, dims: { seq: 128 } },
    }))
    const details = comparisonRows({ ...plausibleComparison, configurations }).map(({ detail }) => detail)
    expect(details.slice(1, 3)).toEqual(['1 thread', '2 threads'])
  })
})

it('writes changes with their sign, and nothing where nothing is known', () => {
  expect([1.042, 0.958, 1, 1.0004, 2, Number.NaN].map(signedChange)).toEqual([
    ...['+4.2 %', '−4.2 %', '0.0 %', '0.0 %', '+100 %', '–'],
  ])
  expect(intervalWords({ ...change, ci95: [0.99, 1.03] })).toBe('−1.0 % to +3.0 %')
  expect(intervalWords(change)).toBe('')
  expect([0.0004, 0.0123, undefined].map((p) => pWords({ ...change, p }))).toEqual(['<0.001', '0.012', ''])
})
