import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openedOnDemand } from '../../../../electron/adapters/libraries/opened-on-demand.ts'
import { codeThatNames } from './elf-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-code-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function namesIn(bytes: Buffer, code = [{ offset: 0, length: bytes.length }]): Promise<string[]> {
  const path = join(folder, 'code')
  await writeFile(path, bytes)
  const file = await open(path)
  try {
    return await openedOnDemand(file, code)
  } finally {
    await file.close()
  }
}

const nothing = Buffer.alloc(200, 0x90)

describe('libraries that code opens by itself', () => {
  it.each(['libcudnn.so.9', 'libcudnn.so.10', 'libcufft.so.12', 'libcurand.so.10', 'libnvrtc.so.13'])(
    'are read from the constants in its instructions: %s',
    async (name) => {
      expect(await namesIn(Buffer.concat([nothing, codeThatNames(name), nothing]))).toEqual([name])
    },
  )

  it('are found across the border of two pieces of a large file', async () => {
    const border = 1 << 20
    for (const at of [border - 40, border - 9, border - 8, border - 1, border]) {
      const bytes = Buffer.alloc(border + 200, 0x90)
      codeThatNames('libcudnn.so.9').copy(bytes, at)
      expect(await namesIn(bytes), `at ${at}`).toEqual(['libcudnn.so.9'])
    }
  })

  it('are those of the code, not of what else the file holds', async () => {
    const bytes = Buffer.concat([nothing, codeThatNames('libcudnn.so.9')])
    expect(await namesIn(bytes, [{ offset: 0, length: nothing.length }])).toEqual([])
  })

  it('are found where a name stands whole', async () => {
    expect(await namesIn(Buffer.concat([nothing, Buffer.from('libcufft.so.11\0'), nothing]))).toEqual([
      'libcufft.so.11',
    ])
  })

  it('are not told where the code can do with any of several versions', async () => {
    const either = [
      nothing,
      codeThatNames('libnvrtc.so.12'),
      nothing,
      codeThatNames('libnvrtc.so.13'),
      nothing,
    ]
    expect(await namesIn(Buffer.concat(either))).toEqual([])
  })

  it('are not made of pieces that do not fit, lie far apart, or name something else', async () => {
    const begin = Buffer.from('libcudnn')
    const bytes = Buffer.concat([
      ...[begin, Buffer.from('xxft.so.12'), nothing],
      ...[begin, nothing, Buffer.from('dnn.so.9'), nothing],
      ...[codeThatNames('libcuxyz.so.12'), nothing, begin],
    ])
    expect(await namesIn(bytes)).toEqual([])
  })
})
