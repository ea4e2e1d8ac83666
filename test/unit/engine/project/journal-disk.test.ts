import { describe, expect, it } from 'vitest'
import { openProject, type Project } from '../../../../electron/engine/project/journal.ts'
import { smallRun } from '../../../fixtures/project-records.ts'
import { memoryDisk, type MemoryDisk } from './memory-files.ts'

const path = '/projects/run.batchscope'
const elsewhere = '/elsewhere/run.batchscope'
const full = new Error('ENOSPC: no space left on device')
const disconnected = new Error('EIO: i/o error')

function open(disk: MemoryDisk, mode: 'open' | 'create', at = path): Promise<Project> {
  return openProject(at, disk.files, { creatorVersion: '0.1.0', mode })
}

async function withRun(disk: MemoryDisk): Promise<Project> {
  const project = await open(disk, 'create')
  for (const record of smallRun()) await project.append(record)
  return project
}

function note(project: Project, text: string): Promise<void> {
  return project.append({ record: 'note', text })
}

describe('a full disk', () => {
  it('is told with what to do, and the record stays in memory', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    disk.fail(full)
    await expect(note(project, 'One.')).rejects.toMatchObject({
      failure: {
        code: 'disk',
        detail: full.message,
        hint: expect.stringContaining('save the project elsewhere'),
      },
    })
    expect(project.state.notes).toEqual(['One.'])
  })

  it.each([0, 10])(
    'that took %i characters of a line loses nothing: the next write brings it all',
    async (characters) => {
      const disk = memoryDisk()
      const project = await withRun(disk)
      const before = disk.text(path)
      disk.fail(full, characters)
      await expect(note(project, 'One.')).rejects.toThrow()
      await expect(note(project, 'Two.')).rejects.toThrow()
      disk.fail(undefined)
      await note(project, 'Three.')
      const notes = ['One.', 'Two.', 'Three.'].map((text) => `{"record":"note","text":"${text}"}\n`)
      expect(disk.text(path)).toBe(before + notes.join(''))
    },
  )

  it('writes again what was appended before a flush that failed, and only once', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    const before = disk.text(path)
    disk.failFlush(disconnected)
    await project.append({ record: 'decision', experimentId: 'e1', reason: 'Waiting.' })
    await expect(note(project, 'One.')).rejects.toThrow()
    disk.failFlush(undefined)
    await project.flush()
    expect(disk.text(path)).toBe(
      `${before}{"record":"decision","experimentId":"e1","reason":"Waiting."}\n{"record":"note","text":"One."}\n`,
    )
  })

  it('keeps the project open when it cannot be closed without loss', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    disk.fail(full)
    await expect(note(project, 'One.')).rejects.toThrow()
    await expect(project.close()).rejects.toMatchObject({ failure: { code: 'disk' } })
    disk.fail(undefined)
    await project.close()
    expect((await open(disk, 'open')).state.notes).toEqual(['One.'])
  })
})

describe('saving elsewhere', () => {
  it('takes along what the disk refused, and goes on there', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    disk.fail(full, 7)
    await expect(note(project, 'One.')).rejects.toThrow()
    await project.saveAs(elsewhere)
    disk.fail(undefined)
    expect(project.path).toBe(elsewhere)
    await note(project, 'Two.')
    await project.close()
    const again = await open(disk, 'open', elsewhere)
    expect(again.notices).toEqual([])
    expect(again.state).toEqual(project.state)
    expect(again.state.notes).toEqual(['One.', 'Two.'])
  })

  it('makes the journal again from memory when the disk is gone', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    disk.fail(disconnected)
    disk.unplug(path)
    await expect(note(project, 'One.')).rejects.toThrow()
    await project.saveAs(elsewhere)
    disk.fail(undefined)
    await project.close()
    const again = await open(disk, 'open', elsewhere)
    expect(again.notices).toEqual([])
    expect(again.state).toEqual(project.state)
    expect(again.state.notes).toEqual(['One.'])
  })

  it('loses nothing that is appended meanwhile', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    const saving = project.saveAs(elsewhere)
    const appending = ['One.', 'Two.'].map((text) => note(project, text))
    await Promise.all([saving, ...appending])
    await note(project, 'Three.')
    await project.close()
    expect((await open(disk, 'open', elsewhere)).state.notes).toEqual(['One.', 'Two.', 'Three.'])
  })

  it('stays where it was when the other place refuses too', async () => {
    const disk = memoryDisk()
    const files = { ...disk.files, write: () => Promise.reject(full) }
    const project = await open(disk, 'create').then(async (made) => {
      await made.close()
      return openProject(path, files, { creatorVersion: '0.1.0', mode: 'open' })
    })
    await expect(project.saveAs(elsewhere)).rejects.toMatchObject({ failure: { code: 'disk' } })
    expect(project.path).toBe(path)
    await note(project, 'Still here.')
    expect(disk.text(path)).toContain('Still here.')
    expect(await disk.files.lock(elsewhere)).toBeDefined()
  })

  it('drops a torn line that the old file had', async () => {
    const disk = memoryDisk()
    await (await withRun(disk)).close()
    disk.put(path, `${disk.text(path)}{"record":`)
    const project = await open(disk, 'open')
    await project.saveAs(elsewhere)
    await project.close()
    expect((await open(disk, 'open', elsewhere)).notices).toEqual([])
  })

  it('to the same place only flushes', async () => {
    const disk = memoryDisk()
    const project = await withRun(disk)
    const before = disk.text(path)
    await project.saveAs(path)
    expect(disk.text(path)).toBe(before)
    await note(project, 'After.')
  })
})
