import { describe, expect, it } from 'vitest'
import { readBatchExpression } from '../../../../electron/engine/experiment/batch-expression.ts'

const valuesOf = (text: string) => {
  const reading = readBatchExpression(text)
  if (!reading.ok) throw new Error(reading.problem.message)
  return reading.value.kind === 'auto' ? 'auto' : reading.value.values
}

const problemOf = (text: string) => {
  const reading = readBatchExpression(text)
  return reading.ok ? undefined : reading.problem
}

describe('batch sizes as a person writes them', () => {
  it.each([
    ['1,2,4,8', [1, 2, 4, 8]],
    ['8, 2 ,2,1', [1, 2, 8]],
    ['16', [16]],
    ['1,2,', [1, 2]],
    ['1:5', [1, 2, 3, 4, 5]],
    ['1:64:16', [1, 17, 33, 49]],
    ['16:64:16', [16, 32, 48, 64]],
    ['pow2:1:16', [1, 2, 4, 8, 16]],
    ['POW2:3:40', [4, 8, 16, 32]],
    ['1,2,8:16:4', [1, 2, 8, 12, 16]],
    ['1e3', [1_000]],
    ['1048576', [1_048_576]],
  ])('reads %s', (text, values) => {
    expect(valuesOf(text)).toEqual(values)
  })

  it.each(['auto', ' AUTO '])('reads %j as the automatic search', (text) => {
    expect(valuesOf(text)).toBe('auto')
  })

  it('reads how far the search may go', () => {
    const reading = (text: string) => readBatchExpression(text)
    expect(reading('auto')).toEqual({ ok: true, value: { kind: 'auto' } })
    expect(reading('auto:256')).toEqual({ ok: true, value: { kind: 'auto', maximum: 256 } })
    expect(reading(' AUTO : 8 ')).toEqual({ ok: true, value: { kind: 'auto', maximum: 8 } })
  })

  it.each([
    ['auto:', '"auto:" does not say how far to search.'],
    ['auto:0', 'End of the search "0" is below 1.'],
    ['auto:1.5', 'End of the search "1.5" is not a whole number.'],
    ['auto:1:64', 'End of the search "1:64" is not a number.'],
    ['auto:64,128', '"auto" cannot be mixed with other batch sizes.'],
    ['1,auto:64', '"auto" cannot be mixed with other batch sizes.'],
    ['0', 'Batch size "0" is below 1.'],
    ['-1', 'Batch size "-1" is below 1.'],
    ['1.5', 'Batch size "1.5" is not a whole number.'],
    ['1e12', 'Batch size "1e12" is above 1,048,576.'],
    ['1000000000000', 'Batch size "1000000000000" is above 1,048,576.'],
    ['10^12', 'Batch sizes "10^12" cannot be read.'],
    ['four', 'Batch sizes "four" cannot be read.'],
    ['1;2', 'Batch sizes "1;2" cannot be read.'],
    ['1 2', 'Batch size "1 2" is not a number.'],
    ['1:', 'Batch sizes "1:" cannot be read.'],
    ['1:2:3:4', 'Batch sizes "1:2:3:4" cannot be read.'],
    ['pow2:8', 'Batch sizes "pow2:8" cannot be read.'],
    ['8:1', 'Range "8:1" ends before it begins.'],
    ['1:8:0', 'Step "0" is below 1.'],
    ['pow2:5:7', 'There is no power of two in "pow2:5:7".'],
    ['1,auto', '"auto" cannot be mixed with other batch sizes.'],
    ['1:5000', '"1:5000" is more than 4,096 batch sizes.'],
    ['1:3000,4000:7000', '"1:3000,4000:7000" is more than 4,096 batch sizes.'],
    [',', 'Batch sizes "," name no value.'],
  ])('refuses %s, with what to do instead', (text, message) => {
    const problem = problemOf(text)
    expect(problem?.message).toBe(message)
    expect(problem?.hint).toMatch(/\S/)
  })
})
