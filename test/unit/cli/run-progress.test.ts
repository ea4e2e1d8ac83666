import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { barDisplay, lineDisplay } from '../../../electron/cli/run-progress.ts'
import type { LiveTrial, RunProgress } from '../../../electron/contract/run-event.ts'
import { completedTrial, unfinishedTrial } from './analysis-example.ts'

const progress = (done: number): RunProgress => ({
  ...{ state: 'running', executionsDone: done, executionsPlanned: 12, block: 1, blocks: 2 },
})

function live(report: NonNullable<LiveTrial['report']>, executionsDone: number): LiveTrial {
  const trial = { id: report.id, experimentId: 'e1', config: report.config, reason: 'asked for' }
  return { trial, state: 'waiting', executionsDone, executionsPlanned: 2, report }
}

describe('the progress of a run in lines', () => {
  it('says each decision, and each execution once, with what is known of its trial', () => {
    const lines: string[] = []
    const display = lineDisplay((text) => lines.push(text))
    display.update({ decisions: ['Doubling from 1.'] })
    display.update({ progress: progress(1), trials: [live(completedTrial(4), 1)] })
    display.update({ progress: progress(1), trials: [live(completedTrial(4), 1)] })
    display.update({
      progress: progress(2),
      trials: [live(unfinishedTrial(16, 'out-of-memory', 'The memory ran out.'), 1)],
    })
    display.update({ trials: [live(unfinishedTrial(32, 'skipped', '16 already ran out of memory.'), 0)] })
    display.end()
    expect(lines).toEqual([
      'Doubling from 1.',
      '[ 1/12] batch 4: 667 items/s, mean 6.00 ms (execution 1 of 2)',
      '[ 2/12] batch 16: out of memory. The memory ran out.',
      '[ 2/12] batch 32: skipped. 16 already ran out of memory.',
    ])
  })

  it('names the factors that vary besides the batch size', () => {
    const lines: string[] = []
    const display = lineDisplay((text) => lines.push(text))
    const trials = [live(completedTrial(4, { threads: 1 }), 0), live(completedTrial(4, { threads: 2 }), 1)]
    display.update({ progress: progress(1), trials })
    expect(lines).toEqual(['[ 1/12] batch 4, threads 2: 667 items/s, mean 6.00 ms (execution 1 of 2)'])
  })
})

describe('the progress of a run as a bar', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const drawn = (progressNow: RunProgress) => {
    let text = ''
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString()
        done()
      },
    })
    const display = barDisplay(
      Object.assign(stream, { columns: 80, isTTY: true }) as unknown as NodeJS.WriteStream,
    )
    display.update({ progress: progressNow })
    vi.advanceTimersByTime(1000)
    display.end()
    return text
  }

  it('says what is done after measuring, in its first sentence, and not how long measuring takes', () => {
    const doing =
      'Profiling 3 of 11: batch 8 on cuda, to see where the time goes. All of it takes about 2 min.'
    const text = drawn({ ...progress(12), remainingMs: 0, doing })
    expect(text).toContain('12/12  Profiling 3 of 11: batch 8 on cuda, to see where the time goes')
    expect(text).not.toContain('All of it')
    expect(text).not.toContain('left')
  })

  it('says how long measuring takes while it is measured', () => {
    expect(drawn({ ...progress(3), remainingMs: 61_000 })).toMatch(/3\/12 {2}01:0[01] left/)
  })
})
