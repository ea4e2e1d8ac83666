import { describe, expect, it } from 'vitest'
import { storeFailure } from '../../../../electron/adapters/runtimes/store-failure.ts'

const systemError = (code: string) => Object.assign(new Error(`${code}: the system's words`), { code })

describe('what the disk refuses', () => {
  it.each([
    [
      'ENOSPC',
      'disk',
      /^The disk is full/,
      /Free some space and install it again \(what was downloaded is kept\)/,
    ],
    ['EDQUOT', 'disk', /^The disk is full/, /BATCHSCOPE_DATA/],
    ['EACCES', 'forbidden', /may not be used by this user/, /permissions, or name another data folder/],
    ['EROFS', 'disk', /can only be read/, /name another data folder with BATCHSCOPE_DATA/],
    ['EBUSY', 'busy', /is in use/, /End the runs that use this runtime/],
    ['EIO', 'disk', /could not be read or written/, undefined],
  ])('with %s is one sentence with what to do', (code, kind, message, hint) => {
    const { failure } = storeFailure(systemError(code), '/data/runtimes/cuda13')
    expect(failure.code).toBe(kind)
    expect(failure.message).toMatch(message)
    expect(failure.message).toContain('"/data/runtimes/cuda13"')
    if (hint === undefined) expect(failure.hint).toBeUndefined()
    else expect(failure.hint).toMatch(hint)
  })
})
