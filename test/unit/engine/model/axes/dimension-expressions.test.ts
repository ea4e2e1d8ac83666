import { describe, expect, it } from 'vitest'
import { expressionSize } from '../../../../../electron/engine/model/axes/dimension-expressions.ts'

const sizes: Record<string, number> = { past: 5, sequence: 7, s0: 12, 'input.1': 3 }
const sizeOf = (text: string) => expressionSize(text, (name) => sizes[name])

describe('dimensions that are made of others', () => {
  it.each([
    ['past + sequence', 12],
    ['past+1', 6],
    ['2*s0', 24],
    ['s0 // 5', 2],
    ['(past + sequence) * 2 - 4', 20],
    ['past + 2*sequence', 19],
    ['input.1*2', 6],
  ])('%s is %d', (text, size) => {
    expect(sizeOf(text)).toBe(size)
  })

  it.each([
    'past',
    '12',
    'past + unknown',
    'past - sequence',
    'past / 0',
    'past +',
    '(past + sequence',
    'past + sequence)',
    'floor(s0/2) & 1',
    'a-b',
    '',
    `1${'+1'.repeat(500)}`,
    `${'('.repeat(100)}past + 1${')'.repeat(100)}`,
  ])('%s is a name, or cannot be reckoned', (text) => {
    const size = sizeOf(text)
    // Brackets around a sum are a sum.
    if (text.startsWith('((')) expect([6, undefined]).toContain(size)
    else expect(size).toBeUndefined()
  })
})
