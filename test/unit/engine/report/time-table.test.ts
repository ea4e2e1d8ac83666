import { describe, expect, it } from 'vitest'
import { reportMarkdown } from '../../../../electron/engine/report/markdown.ts'
import { trialsCsv } from '../../../../electron/engine/report/csv.ts'
import { timeRemarks, timeTable } from '../../../../electron/engine/report/time-table.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { breakdownFixture, profiledExperiment } from '../../../fixtures/time-breakdown.ts'

const profiled = reportInputOf(profiledExperiment())
const unprofiled = reportInputOf(simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2] }]))

/** The fields of a line without quotes inside of quotes. */
const fieldsOf = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

describe('the table of where the time goes', () => {
  it('has a row for every trial that was profiled', () => {
    const table = timeTable(profiled.analysis)
    expect(table?.columns.map(({ title }) => title)).toEqual([
      'Batch',
      'Call ms',
      'Copy in',
      'Launch',
      'CPU',
      'Wait',
      'Copy out',
      'Bound',
      'CPU nodes',
    ])
    expect(table?.rows).toEqual([
      ['1', '3.04', '0.0200', '2.90', '0', '0.119', '<0.01', 'launch', '0'],
      ['2', '3.04', '0.0200', '2.90', '0', '0.119', '<0.01', 'launch', '0'],
      ['8', '11.4', '5.20', '3.00', '1.40', '1.76', '0.0350', 'transfer', '3'],
      ['32', '11.4', '5.20', '3.00', '1.40', '1.76', '0.0350', 'transfer', '3'],
    ])
  })

  it('has no columns for parts that no call has, and tells of records from before the parts were kept', () => {
    const experiment = profiledExperiment()
    const trialTimes = new Map(
      [...experiment.trialTimes].map(([id, { breakdown, ...time }]) => {
        const { split: _, ...before } = breakdown ?? breakdownFixture
        return [id, breakdown === undefined ? time : { ...time, breakdown: before }]
      }),
    )
    const table = timeTable(reportInputOf({ ...experiment, trialTimes }).analysis)
    expect(table?.columns.map(({ title }) => title)).not.toContain('CPU')
    expect(table?.rows[2]).toEqual(['8', '11.4', '5.20', '4.40', '1.77', '0.0350', 'transfer', '3'])
  })

  it('comes with what trials are bound by, the evidence of the largest, and why others were not profiled', () => {
    const [, transfer, launch, problem, ...more] = timeRemarks(profiled.analysis)
    expect(transfer).toMatch(
      /^Transfer-bound: batch 8 and 32\. Batch 32: Of 11\.4 ms a call, copying 36\.8 MiB/,
    )
    expect(launch).toMatch(
      /^Launch-bound: batch 1 and 2\. Batch 2: Of 3\.04 ms a call, the CPU spends 2\.90 ms/,
    )
    expect(problem).toBe('Batch 64: It could not be profiled: the device was lost.')
    expect(more).toEqual([])
  })

  it('is in the Markdown report, and its numbers in the CSV', () => {
    expect(reportMarkdown(profiled)).toContain('## Where the time goes\n\n| Batch | Call ms |')
    const [head = [], ...rows] = trialsCsv(profiled).trimEnd().split('\r\n').map(fieldsOf)
    const column = (name: string) => rows.map((fields) => fields[head.indexOf(name)])
    expect(column('profiled_copy_in_ms')).toEqual(['0.02', '0.02', '5.2', '5.2', ''])
    expect(column('profiled_launch_ms')).toEqual(['2.9', '2.9', '3', '3', ''])
    expect(column('profiled_cpu_nodes_ms')).toEqual(['0', '0', '1.2', '1.2', ''])
    expect(column('bound_by')).toEqual(['launch', 'launch', 'transfer', 'transfer', ''])
    expect(column('fallback_nodes')).toEqual(['0', '0', '3', '3', ''])
    expect(column('profile_problem').at(-1)).toBe('It could not be profiled: the device was lost.')
  })

  it('is left out where nothing was profiled', () => {
    expect(timeTable(unprofiled.analysis)).toBeUndefined()
    expect(timeRemarks(unprofiled.analysis)).toEqual([])
    expect(reportMarkdown(unprofiled)).not.toContain('Where the time goes')
    expect(trialsCsv(unprofiled)).not.toContain('profiled_call_ms')
  })
})
