import { describe, expect, it } from 'vitest'
import {
  descendantsOf,
  parseProcess,
  parseProcessorTotals,
} from '../../../electron/adapters/processor-use.ts'

describe('what the kernel says of processors', () => {
  it('gives the time of programs and the time stolen, without that of interrupts and idling', () => {
    const text =
      'cpu  100 20 30 4000 50 60 70 8 5 0\ncpu0 50 10 15 2000 25 30 35 4 0 0\ncpu1 50 10 15 2000 25 30 35 4 0 0\nintr 1 2\n'
    expect(parseProcessorTotals(text)).toEqual({ cores: 2, busyMs: 1500, stolenMs: 80 })
  })

  it('gives nothing of a file that is none', () => {
    expect(parseProcessorTotals('')).toBeUndefined()
    expect(parseProcessorTotals('cpu  a b c\ncpu0 1 2 3\n')).toBeUndefined()
  })

  it('gives a process its name, its parent and its time, whatever its name holds', () => {
    const line = '42 (a) (b c) S 7 42 42 0 -1 4194304 100 0 0 0 12 3 0 0 20 0 1 0 1192708 3133440 416\n'
    expect(parseProcess(line)).toEqual({ name: 'a) (b c', parent: 7, cpuMs: 150 })
    expect(parseProcess('')).toBeUndefined()
  })

  it('finds children and their children', () => {
    const processes = [
      { pid: 1, parent: 0 },
      { pid: 9, parent: 5 },
      { pid: 5, parent: 3 },
      { pid: 3, parent: 1 },
      { pid: 4, parent: 1 },
    ]
    expect([...descendantsOf(3, processes)].sort()).toEqual([3, 5, 9])
  })
})
