import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decide, hasDisplay } from '../../../electron/start/decision.ts'
import { installedProgram } from '../../../electron/start/electron-program.ts'

const electron = { program: '/x/electron' }

describe('npm start', () => {
  it('opens the desktop window where Electron and a display are there', () => {
    expect(decide({ display: true, electron, args: [] })).toMatchObject({
      kind: 'desktop',
      program: '/x/electron',
    })
  })

  it('serves to the browser, and says why, where Electron is missing', () => {
    const missing = "Electron's program could not be fetched"
    expect(decide({ display: true, electron: { missing }, args: [] })).toEqual({
      kind: 'served',
      args: ['--open'],
      line: `Serving the workbench to your browser, because ${missing}:`,
    })
  })

  it('serves without opening a browser where there is no display', () => {
    expect(decide({ display: false, electron, args: [] })).toEqual({
      kind: 'served',
      args: [],
      line: 'Serving the workbench, because no display was found; open this address in a browser:',
    })
  })

  it('serves when asked to, and hands the options on', () => {
    expect(decide({ display: true, electron, args: ['--serve', '--port', '8080'] })).toMatchObject({
      kind: 'served',
      args: ['--port', '8080', '--open'],
    })
  })

  it.each([
    ['linux', {}, false],
    ['linux', { DISPLAY: '' }, false],
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['darwin', {}, true],
    ['win32', {}, true],
  ])('on %s with %j finds a display: %s', (platform, environment, expected) => {
    expect(hasDisplay(platform, environment)).toBe(expected)
  })
})

describe('installedProgram', () => {
  it("finds Electron's program by the package's path.txt, once it is there", () => {
    const folder = mkdtempSync(join(tmpdir(), 'batchscope-electron-'))
    expect(installedProgram(folder)).toBeUndefined()
    writeFileSync(join(folder, 'path.txt'), 'electron')
    expect(installedProgram(folder)).toBeUndefined()
    mkdirSync(join(folder, 'dist'))
    writeFileSync(join(folder, 'dist', 'electron'), '')
    expect(installedProgram(folder)).toBe(join(folder, 'dist', 'electron'))
    rmSync(folder, { recursive: true })
  })
})
