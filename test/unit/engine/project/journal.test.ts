import { describe, expect, it } from 'vitest'
import { BatchscopeError, failureLine } from '../../../../electron/contract/failure.ts'
import type { ProjectRecord } from '../../../../electron/contract/project.ts'
import { openProject, type Project } from '../../../../electron/engine/project/journal.ts'
import { smallRun, telemetryAt } from '../../../fixtures/project-records.ts'
import { memoryDisk, type MemoryDisk } from './memory-files.ts'

const path = '/projects/run.batchscope'
const created = () => '2026-03-14T09:26:50.000Z'

function open(disk: MemoryDisk, mode: 'open' | 'create' | 'open-or-create' = 'open', at = path) {
  return openProject(at, disk.files, { creatorVersion: '0.1.0', mode, wallTime: created })
}

async function appendAll(project: Project, records: readonly ProjectRecord[]): Promise<void> {
  for (const record of records) await project.append(record)
}

/** A closed project file with a small finished run in it. */
async function written(): Promise<MemoryDisk> {
  const disk = memoryDisk()
  const project = await open(disk, 'create')
  await appendAll(project, smallRun())
  await project.close()
  return disk
}

async function failureOf(promise: Promise<unknown>): Promise<BatchscopeError['failure']> {
  const error: unknown = await promise.then(
    () => expect.unreachable('should have been rejected'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof BatchscopeError)) throw error
  return error.failure
}

describe('a project that is written and opened again', () => {
  it('has everything in it', async () => {
    const disk = memoryDisk()
    const project = await open(disk, 'create')
    await appendAll(project, smallRun())
    await project.append({ record: 'telemetry', experimentId: 'e1', samples: [telemetryAt(5100)] })
    await project.append({ record: 'decision', experimentId: 'e1', reason: 'Everything was measured.' })
    await project.append({ record: 'note', text: 'Fans at full speed.' })
    await project.append({ record: 'rename', experimentId: 'e1', name: 'Renamed' })
    await project.close()

    const again = await open(disk)
    expect(again.notices).toEqual([])
    expect(again.readOnlyReason).toBeUndefined()
    expect(again.state).toEqual(project.state)
    expect(again.state.experiments.get('e1')).toMatchObject({ name: 'Renamed', state: 'finished' })
    expect(again.state.notes).toEqual(['Fans at full speed.'])
  })

  it('holds one JSON object a line, the header first', async () => {
    const disk = await written()
    const lines = disk.text(path).trimEnd().split('\n')
    const values = lines.map((line): unknown => JSON.parse(line))
    expect(values[0]).toEqual({
      format: 'batchscope-project',
      formatVersion: 1,
      creator: 'batchscope',
      creatorVersion: '0.1.0',
      created: created(),
    })
    expect(values).toHaveLength(1 + smallRun().length)
  })

  it('keeps latencies to the nanosecond, the same in memory and in the file', async () => {
    const disk = memoryDisk()
    const project = await open(disk, 'create')
    const records = smallRun().map((record) =>
      record.record === 'execution' && record.execution.outcome === 'completed'
        ? { ...record, execution: { ...record.execution, samplesMs: [1.23456789012, 2] } }
        : record,
    )
    await appendAll(project, records)
    const [first] = project.state.experiments.get('e1')?.executions ?? []
    expect(first?.execution).toMatchObject({ samplesMs: [1.234568, 2] })
    expect(disk.text(path)).toContain('"samplesMs":[1.234568,2]')
  })

  it('forgets removed experiments, and what is said of them later', async () => {
    const disk = await written()
    const project = await open(disk)
    await project.append({ record: 'removal', experimentId: 'e1' })
    await project.append({ record: 'decision', experimentId: 'e1', reason: 'Too late.' })
    await project.close()
    const again = await open(disk)
    expect(again.state.experiments.size).toBe(0)
    expect(again.notices).toEqual([])
  })

  it('shows an experiment without an outcome as running while it is written, and as interrupted when it is opened', async () => {
    const disk = memoryDisk()
    const project = await open(disk, 'create')
    await appendAll(project, smallRun().slice(0, -1))
    expect(project.state.experiments.get('e1')?.state).toBe('running')
    await project.close()
    expect((await open(disk)).state.experiments.get('e1')?.state).toBe('interrupted')
  })

  it('shows a finished experiment that was resumed and then interrupted as interrupted', async () => {
    const disk = await written()
    const project = await open(disk)
    const execution = smallRun().find((record) => record.record === 'execution')
    if (execution === undefined) throw new Error('the small run has executions')
    await project.append(execution)
    await project.close()
    expect((await open(disk)).state.experiments.get('e1')?.state).toBe('interrupted')
  })

  it('refuses a record that could not be read again', async () => {
    const project = await open(memoryDisk(), 'create')
    const telemetry: ProjectRecord = {
      record: 'telemetry',
      experimentId: 'e1',
      samples: [telemetryAt(Number.POSITIVE_INFINITY)],
    }
    expect(await failureOf(project.append(telemetry))).toMatchObject({ code: 'internal' })
  })
})

describe('when the disk is told to flush', () => {
  const flushedKinds = ['experiment', 'execution', 'skip', 'outcome', 'note', 'rename', 'removal']

  it('an append that ends something waits for the disk, others do not', async () => {
    const disk = memoryDisk()
    const project = await open(disk, 'create')
    const records: ProjectRecord[] = [
      ...smallRun(),
      { record: 'telemetry', experimentId: 'e1', samples: [telemetryAt(1)] },
      { record: 'note', text: 'A note.' },
      { record: 'rename', experimentId: 'e1', name: 'Other' },
      { record: 'removal', experimentId: 'e1' },
    ]
    for (const record of records) {
      const before = disk.flushes()
      await project.append(record)
      expect(disk.flushes() > before, record.record).toBe(flushedKinds.includes(record.record))
    }
  })

  it('appends made at once are written in order', async () => {
    const disk = memoryDisk()
    const project = await open(disk, 'create')
    await Promise.all(smallRun().map((record) => project.append(record)))
    const kinds = disk
      .text(path)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => /"record":"(\w+)"/.exec(line)?.[1])
    expect(kinds).toEqual(smallRun().map(({ record }) => record))
  })
})

describe('opening what is no sound project', () => {
  it.each([
    ['an empty file', '', 'run.batchscope is empty'],
    ['a text file', 'dear diary\n', 'run.batchscope is no Batchscope project'],
    ['binary', new Uint8Array([0xff, 0xfe, 0, 1, 0x0a]), 'run.batchscope is no Batchscope project'],
    ['another JSON file', '{"format":"something-else","formatVersion":1}\n', 'is no Batchscope project'],
    ['an exported document', '{"format":"batchscope-run","formatVersion":1}', 'is no Batchscope project'],
  ])('%s is bad input', async (_, content, message) => {
    const disk = memoryDisk()
    disk.put(path, content)
    const failure = await failureOf(open(disk))
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringContaining(message) })
    expect(failure.hint).toBeDefined()
    expect(disk.text(path)).toBe(new TextDecoder().decode(Buffer.from(content)))
  })

  it('a missing path and a folder are said to be so', async () => {
    const disk = memoryDisk()
    disk.put('/projects/other.batchscope', '')
    expect(await failureOf(open(disk))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(path),
    })
    expect(failureLine(await failureOf(open(disk, 'open', '/projects')))).toMatch(/is a folder/)
  })

  it('a newer version says which, what this one reads, and what to do', async () => {
    const disk = memoryDisk()
    disk.put(path, '{"format":"batchscope-project","formatVersion":7,"creatorVersion":"9.1.0"}\n')
    const failure = await failureOf(open(disk))
    expect(failure.code).toBe('project-newer')
    expect(failureLine(failure)).toBe(
      'run.batchscope has format version 7, written by Batchscope 9.1.0; this Batchscope reads versions up to 1. Update Batchscope to open it.',
    )
  })

  it('a damaged header is said to be so', async () => {
    const disk = memoryDisk()
    disk.put(path, '{"format":"batchscope-project","form')
    expect(await failureOf(open(disk))).toMatchObject({ code: 'project-damaged' })
  })

  it('leaves no lock behind', async () => {
    const disk = memoryDisk()
    disk.put(path, 'dear diary\n')
    await failureOf(open(disk))
    expect(await disk.files.lock(path)).toBeDefined()
  })
})

describe('a damaged project', () => {
  it('drops a torn last line, says so, and appends after the whole ones', async () => {
    const disk = await written()
    const whole = disk.text(path)
    disk.put(path, `${whole}{"record":"note","te`)
    const project = await open(disk)
    expect(project.notices).toEqual([expect.stringContaining('last line was cut off')])
    expect(disk.text(path)).toBe(`${whole}{"record":"note","te`)
    await project.append({ record: 'note', text: 'After.' })
    expect(disk.text(path)).toBe(`${whole}{"record":"note","text":"After."}\n`)
  })

  it('has everything up to the byte at which it was cut off, wherever that is', async () => {
    const whole = (await written()).text(path)
    const headerLength = whole.indexOf('\n') + 1
    for (let cut = headerLength; cut < whole.length; cut += 97) {
      const disk = memoryDisk()
      disk.put(path, whole.slice(0, cut))
      const project = await open(disk)
      await project.append({ record: 'note', text: 'After.' })
      await project.close()
      const linesBefore = whole.slice(0, cut).split('\n').slice(0, -1)
      expect(disk.text(path)).toBe(`${linesBefore.join('\n')}\n{"record":"note","text":"After."}\n`)
    }
  })

  it('keeps a last line that only lacks its line break', async () => {
    const disk = await written()
    const whole = disk.text(path)
    disk.put(path, `${whole}{"record":"note","text":"Last."}`)
    const project = await open(disk)
    expect(project.notices).toEqual([])
    await project.append({ record: 'note', text: 'After.' })
    await project.close()
    expect((await open(disk)).state.notes).toEqual(['Last.', 'After.'])
  })

  it('skips a damaged line in the middle, says so, and keeps it in the file', async () => {
    const disk = await written()
    const lines = disk.text(path).split('\n')
    lines.splice(4, 1, `${lines[4]?.slice(0, 40) ?? ''}\u0000garbage`)
    disk.put(path, lines.join('\n'))
    const project = await open(disk)
    expect(project.notices).toEqual(['Line 5 is damaged and was skipped; it is kept in the file.'])
    await project.append({ record: 'note', text: 'After.' })
    await project.saveAs('/projects/copy.batchscope')
    expect(disk.text(path)).toContain('garbage')
    expect(disk.text('/projects/copy.batchscope')).toContain('garbage')
  })

  it.each([
    ['a record with a wrong value', '{"record":"note","text":7}'],
    [
      'samples that are no numbers',
      '{"record":"execution","execution":{"outcome":"completed","samplesMs":["1"]}}',
    ],
    ['something that is no object', '[1,2]'],
  ])('counts %s as damaged', async (_, line) => {
    const disk = await written()
    disk.put(path, `${disk.text(path)}${line}\n`)
    expect((await open(disk)).notices).toEqual([expect.stringMatching(/^Line \d+ is damaged/)])
  })

  it('says what belongs to an experiment whose own record is damaged', async () => {
    const disk = await written()
    const lines = disk.text(path).split('\n')
    lines.splice(2, 1, 'x')
    disk.put(path, lines.join('\n'))
    const { notices, state } = await open(disk)
    expect(state.experiments.size).toBe(0)
    expect(notices[0]).toBe('Line 3 is damaged and was skipped; it is kept in the file.')
    expect(notices[1]).toMatch(
      /^Lines 4, 5, 6 and \d+ more were skipped, because the experiment's own record/,
    )
  })

  it('ignores kinds of records that it does not know, says so, and keeps them', async () => {
    const disk = await written()
    disk.put(path, `${disk.text(path)}{"record":"sparkline","points":[1]}\n`)
    const project = await open(disk)
    expect(project.notices).toEqual([expect.stringContaining('1 record of the unknown kind “sparkline”')])
    await project.append({ record: 'note', text: 'After.' })
    expect(disk.text(path)).toContain('sparkline')
  })
})

describe('two at one file', () => {
  it('the second opens it read-only, and is refused to write', async () => {
    const disk = await written()
    const first = await open(disk)
    const second = await open(disk)
    expect(second.readOnlyReason).toContain('open in another window or process')
    expect(await failureOf(second.append({ record: 'note', text: 'No.' }))).toMatchObject({
      code: 'project-read-only',
    })
    expect(second.state.notes).toEqual([])
    await first.close()
    expect((await open(disk)).readOnlyReason).toBeUndefined()
  })

  it('a read-only project can be saved elsewhere and goes on there', async () => {
    const disk = await written()
    await open(disk)
    const second = await open(disk)
    await second.saveAs('/projects/copy.batchscope')
    expect(second.readOnlyReason).toBeUndefined()
    await second.append({ record: 'note', text: 'In the copy.' })
    expect(disk.text(path)).not.toContain('In the copy.')
    expect(disk.text('/projects/copy.batchscope')).toContain('In the copy.')
  })

  it('a file that may not be written to opens read-only', async () => {
    const disk = await written()
    const files = { ...disk.files, openForAppending: () => Promise.reject(new Error('permission denied')) }
    const project = await openProject(path, files, { creatorVersion: '0.1.0', mode: 'open' })
    expect(project.readOnlyReason).toContain('permission denied')
    expect(project.state.experiments.size).toBe(1)
  })

  it('saving over a file that is open elsewhere is refused, and nothing changes', async () => {
    const disk = await written()
    await open(disk)
    const other = await open(disk, 'create', '/projects/other.batchscope')
    expect(await failureOf(other.saveAs(path))).toMatchObject({ code: 'busy' })
    expect(other.path).toBe('/projects/other.batchscope')
    await other.append({ record: 'note', text: 'Still here.' })
    expect(disk.text('/projects/other.batchscope')).toContain('Still here.')
  })
})

describe('making a project', () => {
  it('refuses to overwrite', async () => {
    const disk = await written()
    const before = disk.text(path)
    expect(await failureOf(open(disk, 'create'))).toMatchObject({ code: 'bad-input' })
    expect(disk.text(path)).toBe(before)
  })

  it('opens what is there when either will do, and takes an empty file for none', async () => {
    const disk = await written()
    expect((await open(disk, 'open-or-create')).state.experiments.size).toBe(1)
    disk.put('/projects/empty.batchscope', '')
    const made = await open(disk, 'open-or-create', '/projects/empty.batchscope')
    expect(made.state.header.created).toBe(created())
  })
})
