import { describe, expect, it } from 'vitest'
import type { Terminal } from '../../../electron/cli/terminal.ts'
import { timeText } from '../../../electron/cli/time-text.ts'
import { simulatedExperiment } from '../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../fixtures/report-input.ts'
import { profiledExperiment } from '../../fixtures/time-breakdown.ts'

const terminal: Pick<Terminal, 'style' | 'width'> = { width: 80, style: (_, text) => text }

describe('where the time goes, on a terminal', () => {
  it('is a table and sentences within the width of the terminal', () => {
    const text = timeText(reportInputOf(profiledExperiment()).analysis, terminal)
    const lines = text.split('\n')
    expect(lines[0]).toBe('Where the time goes')
    expect(lines[1]).toMatch(/^batch +call ms +copy in +launch +CPU +wait +copy out +bound +CPU nodes$/)
    expect(lines[5]).toMatch(/^ +8 +11\.4 +5\.20 +3\.00 +1\.40 +1\.76 +0\.0350 +transfer +3$/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(text).toContain('Batch 64: It could not be profiled: the device was lost.')
  })

  it('is nothing where nothing was profiled', () => {
    const onCpu = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1] }])
    expect(timeText(reportInputOf(onCpu).analysis, terminal)).toBe('')
  })
})
