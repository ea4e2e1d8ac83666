import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeWindow, readWindowState, writeWindowState } from '../../../electron/main/window-state.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const second = { x: 1920, y: 0, width: 1920, height: 1080 }
const at = (x: number, y: number) => ({ bounds: { x, y, width: 1200, height: 800 }, maximized: false })

describe('placeWindow', () => {
  it('opens the window where it was', () => {
    expect(placeWindow(at(100, 50), [screen])).toEqual({ x: 100, y: 50, width: 1200, height: 800 })
  })

  it('opens it in its usual size the first time, or in what a small screen has room for', () => {
    expect(placeWindow(undefined, [screen])).toEqual({ width: 1440, height: 900 })
    expect(placeWindow(undefined, [{ ...screen, width: 1280, height: 720 }])).toEqual({
      width: 1280,
      height: 720,
    })
  })

  it('opens it on a second screen while there is one, and on the first when it is gone', () => {
    expect(placeWindow(at(2000, 50), [screen, second])).toMatchObject({ x: 2000 })
    expect(placeWindow(at(2000, 50), [screen])).not.toHaveProperty('x')
  })

  it.each([
    [-1150, 0],
    [1900, 0],
    [0, -300],
    [0, 1070],
  ])('does not open it at %i, %i, where it could not be grabbed', (x, y) => {
    expect(placeWindow(at(x, y), [screen])).not.toHaveProperty('x')
  })
})

describe('the remembered window state', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'batchscope-window-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('comes back as it was written', () => {
    writeWindowState(join(folder, 'window.json'), at(1, 2))
    expect(readWindowState(join(folder, 'window.json'))).toEqual(at(1, 2))
  })

  it.each(['', '{', '{}', '{"bounds":{"x":"1"},"maximized":false}'])(
    'is passed over when it is %j',
    (text) => {
      writeFileSync(join(folder, 'window.json'), text)
      expect(readWindowState(join(folder, 'window.json'))).toBeUndefined()
    },
  )

  it('is not missed when it cannot be written', () => {
    expect(() => writeWindowState(join(folder, 'no', 'such', 'folder.json'), at(1, 2))).not.toThrow()
  })
})
