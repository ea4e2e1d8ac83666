import { describe, expect, it } from 'vitest'
import { recentProjects } from '../../../../electron/engine/project/recent-projects.ts'
import { memoryDisk } from './memory-files.ts'

function diskWith(...names: string[]) {
  const disk = memoryDisk()
  for (const name of names) disk.put(`/projects/${name}.batchscope`, 'x')
  return disk
}

const list = '/data/recent-projects.json'

describe('recent projects', () => {
  it('come newest first, each once', async () => {
    const { files } = diskWith('a', 'b')
    let hour = 0
    const recent = recentProjects(files, () => `2026-01-01T0${(hour += 1)}:00:00Z`)
    await recent.add('/projects/a.batchscope', 'a')
    await recent.add('/projects/b.batchscope', 'b')
    await recent.add('/projects/a.batchscope', 'a, renamed')
    expect(await recent.list()).toEqual([
      { path: '/projects/a.batchscope', name: 'a, renamed', opened: '2026-01-01T03:00:00Z' },
      { path: '/projects/b.batchscope', name: 'b', opened: '2026-01-01T02:00:00Z' },
    ])
  })

  it('leave out what is gone', async () => {
    const { files } = diskWith('a')
    const recent = recentProjects(files)
    await recent.add('/projects/a.batchscope', 'a')
    await recent.add('/projects/gone.batchscope', 'gone')
    expect((await recent.list()).map(({ name }) => name)).toEqual(['a'])
  })

  it('are no more than 20', async () => {
    const names = Array.from({ length: 23 }, (_, index) => `p${index}`)
    const { files } = diskWith(...names)
    for (const name of names) await recentProjects(files).add(`/projects/${name}.batchscope`, name)
    const kept = (await recentProjects(files).list()).map(({ name }) => name)
    expect(kept).toEqual(names.slice(3).reverse())
  })

  it.each(['', '{"not":"a list"}', '[{"path":1}]'])(
    'start afresh when the list is damaged: %j',
    async (text) => {
      const disk = diskWith('a')
      disk.put(list, text)
      expect(await recentProjects(disk.files).list()).toEqual([])
      await recentProjects(disk.files).add('/projects/a.batchscope', 'a')
      expect(await recentProjects(disk.files).list()).toHaveLength(1)
    },
  )

  it('lose nothing when several are added at once', async () => {
    const { files } = diskWith('a', 'b', 'c')
    await Promise.all(
      ['a', 'b', 'c'].map((name) => recentProjects(files).add(`/projects/${name}.batchscope`, name)),
    )
    expect(await recentProjects(files).list()).toHaveLength(3)
  })
})
