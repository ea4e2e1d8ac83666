import { describe, expect, it } from 'vitest'
import { StandardErrorTail } from '../../../electron/adapters/standard-error-tail.ts'

function tailOf(...chunks: string[]): string {
  const tail = new StandardErrorTail()
  for (const chunk of chunks) tail.append(chunk)
  return tail.text()
}

describe('the tail of standard error', () => {
  it('is everything when that is little', () => {
    expect(tailOf('one\n', 'two', '\n')).toBe('one\ntwo\n')
  })

  it('is the last 8 KiB, from the beginning of a line', () => {
    const lines = Array.from({ length: 1000 }, (_, line) => `line number ${line}\n`)
    const tail = tailOf(...lines)
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(8192)
    expect(Buffer.byteLength(tail)).toBeGreaterThan(8000)
    expect(tail).toMatch(/^line number \d+\n/)
    expect(tail.endsWith('line number 999\n')).toBe(true)
  })

  it('is the end of one line that is longer', () => {
    expect(tailOf('x'.repeat(10_000), 'end')).toBe(`${'x'.repeat(8189)}end`)
  })
})
