import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CommandName } from '../../../electron/contract/workbench-api.ts'
import { saveModelAsDownload, saveModelWithDialog } from '../../../renderer/client/model-saving.ts'
import type { Call } from '../../../renderer/client/remote-workbench.ts'

const model = { path: '/data/free.onnx', suggestedName: 'free.onnx', companions: ['/data/free.onnx.data'] }

describe('saving a made model in the desktop', () => {
  function desktop(path: string | null) {
    const called: [CommandName, unknown][] = []
    const call = ((name: CommandName, params: unknown) => {
      called.push([name, params])
      return Promise.resolve(name === 'chooseSavePath' ? path : {})
    }) as Call
    return { save: saveModelWithDialog(call), called }
  }

  it('has the engine write it to the place that was chosen', async () => {
    const { save, called } = desktop('/elsewhere/mine.onnx')
    expect(await save(model)).toBe('/elsewhere/mine.onnx')
    expect(called).toEqual([
      ['chooseSavePath', { suggestedName: 'free.onnx', extension: 'onnx' }],
      ['saveModelAs', { sourcePath: '/data/free.onnx', path: '/elsewhere/mine.onnx' }],
    ])
  })

  it('writes nothing when the person declines', async () => {
    const { save, called } = desktop(null)
    expect(await save(model)).toBeNull()
    expect(called).toHaveLength(1)
  })
})

describe('saving a made model in a browser', () => {
  afterEach(() => vi.unstubAllGlobals())

  function browser(answer: (path: string) => unknown) {
    const pressed: string[] = []
    const tokens: unknown[] = []
    vi.stubGlobal('document', {
      createElement: () => ({
        href: '',
        download: '',
        click() {
          pressed.push(this.href)
        },
      }),
    })
    vi.stubGlobal('fetch', async (_url: URL, init: { headers: Record<string, string>; body: string }) => {
      tokens.push(init.headers['x-batchscope-token'])
      return Response.json(answer(JSON.parse(init.body).path))
    })
    const save = saveModelAsDownload({ token: 'secret', baseUrl: 'http://127.0.0.1:1/' })
    return { save, pressed, tokens }
  }

  it('downloads the model and its external data from addresses without the token', async () => {
    const { save, pressed, tokens } = browser((path) => ({ url: `downloads/${path.length}` }))
    expect(await save(model)).toBe('free.onnx')
    expect(pressed).toEqual(['http://127.0.0.1:1/downloads/15', 'http://127.0.0.1:1/downloads/20'])
    expect(tokens).toEqual(['secret', 'secret'])
  })

  it('says why the server gives it not', async () => {
    const failure = { code: 'forbidden', message: 'Not made here.', owner: 'user' }
    const { save, pressed } = browser(() => ({ failure }))
    await expect(save(model)).rejects.toMatchObject({ failure })
    expect(pressed).toEqual([])
  })
})
