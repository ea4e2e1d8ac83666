import { resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { isPageUrl } from '../../../electron/main/app-protocol.ts'
import { menuTemplate } from '../../../electron/main/application-menu.ts'
import { isKnownLink } from '../../../electron/main/external-links.ts'
import { createIntents } from '../../../electron/main/intents.ts'
import { filesToOpen } from '../../../electron/main/opened-files.ts'

vi.mock('electron', () => ({ app: { name: 'Batchscope' }, Menu: {}, protocol: {}, shell: {} }))

describe('isPageUrl', () => {
  it.each(['app://workbench/', 'app://workbench/assets/index.js', 'app://workbench/?a#b'])(
    'knows %s',
    (url) => {
      expect(isPageUrl(url)).toBe(true)
    },
  )
  it.each([
    'app://other/',
    'https://workbench/',
    'file:///workbench/',
    'app://workbench.evil/',
    'about:blank',
    '',
  ])('does not take %s for the page', (url) => {
    expect(isPageUrl(url)).toBe(false)
  })
})

describe('isKnownLink', () => {
  it('knows the sites that the workbench refers to', () => {
    expect(isKnownLink('https://onnxruntime.ai/docs/execution-providers/')).toBe(true)
  })
  it.each([
    'http://onnxruntime.ai/',
    'https://onnxruntime.ai.evil.example/',
    'https://evil.example/onnxruntime.ai',
    'https://user@github.com/',
    'https://github.com:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://github.com/share',
    'not an address',
  ])('does not open %s', (url) => {
    expect(isKnownLink(url)).toBe(false)
  })
})

describe('filesToOpen', () => {
  it('finds models and projects among the arguments, wherever they were typed', () => {
    const args = ['electron', '.', '--flag=x.onnx', 'a.onnx', '/b/C.BATCHSCOPE', 'notes.txt']
    expect(filesToOpen(args, '/home/me')).toEqual([resolve('/home/me/a.onnx'), resolve('/b/C.BATCHSCOPE')])
  })

  it('never takes the program itself for a file', () => {
    expect(filesToOpen(['/opt/batchscope.onnx'], '/')).toEqual([])
  })
})

describe('intents', () => {
  it('keeps what is asked for until a page listens, once', () => {
    const intents = createIntents(() => () => {})
    intents.send({ kind: 'open-path', path: '/a' })
    const first = vi.fn()
    intents.subscribe('intent', first)()
    intents.send({ kind: 'open-path', path: '/b' })
    const second = vi.fn()
    intents.subscribe('intent', second)
    expect(first.mock.calls).toEqual([[{ kind: 'open-path', path: '/a' }]])
    expect(second.mock.calls).toEqual([[{ kind: 'open-path', path: '/b' }]])
  })

  it("leaves the engine's events to the engine", () => {
    const engine = vi.fn(() => () => {})
    const listener = () => {}
    createIntents(engine).subscribe('run', listener)
    expect(engine).toHaveBeenCalledWith('run', listener)
  })
})

describe('the menu', () => {
  const recent = [{ name: 'sweep', path: '/p/sweep.batchscope', opened: '2026-01-01T00:00:00Z' }]
  const labels = (development: boolean) =>
    JSON.stringify(menuTemplate({ intents: { send: () => {} }, recent, development }))

  it('reloads the page in development only', () => {
    expect(labels(true)).toContain('"reload"')
    expect(labels(false)).not.toContain('"reload"')
  })

  it('opens the page that compares, by the key that the page itself has for it', () => {
    const send = vi.fn()
    const view = menuTemplate({ intents: { send }, recent, development: false }).find(
      ({ id }) => id === 'view',
    )
    const items = Array.isArray(view?.submenu) ? view.submenu : []
    const compare = items.find(({ id }) => id === 'go-compare')
    expect(compare?.accelerator).toBe('CmdOrCtrl+7')
    Reflect.apply(compare?.click ?? (() => {}), undefined, [])
    expect(send).toHaveBeenCalledWith({ kind: 'command', command: 'go-compare' })
  })

  it('offers recent projects, and opens them in the page', () => {
    const send = vi.fn()
    const file = menuTemplate({ intents: { send }, recent, development: false }).find(
      ({ id }) => id === 'file',
    )
    const items = Array.isArray(file?.submenu) ? file.submenu : []
    const open = items.find(({ id }) => id === 'open-recent')?.submenu
    const item = Array.isArray(open) ? open[0] : undefined
    expect(item?.label).toBe('sweep')
    Reflect.apply(item?.click ?? (() => {}), undefined, [])
    expect(send).toHaveBeenCalledWith({ kind: 'open-path', path: '/p/sweep.batchscope' })
  })
})
