import { describe, expect, it } from 'vitest'
import { runLine } from '../../../../../renderer/features/status-bar/run-line.ts'
import { plausibleRun } from '../../../../fixtures/plausible-workbench.ts'

describe('a run in one line', () => {
  it('tells batch, block and remaining time', () => {
    expect(runLine(plausibleRun.progress, 24)).toBe('batch 24, block 2 of 3, 00:41 left')
  })

  it('leaves out what is not known yet', () => {
    expect(runLine({ ...plausibleRun.progress, remainingMs: undefined }, undefined)).toBe('block 2 of 3')
  })
})
