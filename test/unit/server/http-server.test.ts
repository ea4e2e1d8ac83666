import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startHttpServer } from '../../../electron/server/http-server.ts'
import type { RunningServer } from '../../../electron/server/http-server.ts'
import { inMemoryWorkbench } from '../../contract/in-memory-workbench.ts'

const uploadLimitBytes = 1000

describe('the http server', () => {
  let folder: string
  let server: RunningServer
  let port: number
  let token: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchscope-server-'))
    await mkdir(join(folder, 'page', 'assets'), { recursive: true })
    await writeFile(join(folder, 'page', 'index.html'), '<title>workbench</title>')
    await writeFile(join(folder, 'page', 'assets', 'index-abc123.js'), 'export {}')
    await writeFile(join(folder, 'secret.json'), '{}')
    await mkdir(join(folder, 'models', 'net'), { recursive: true })
    await writeFile(join(folder, 'models', 'net', 'größe (fp16).onnx'), 'half')
    await symlink(join(folder, 'secret.json'), join(folder, 'models', 'link.onnx'))
    server = await startHttpServer(inMemoryWorkbench(), {
      host: '127.0.0.1',
      port: 0,
      pageFolder: join(folder, 'page'),
      uploadsFolder: join(folder, 'uploads'),
      uploadLimitBytes,
      madeModelsFolder: join(folder, 'models'),
    })
    const url = new URL(server.url)
    port = Number(url.port)
    token = url.searchParams.get('token') ?? ''
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  /** Sends exactly this path and these headers, as fetch would not. */
  function ask(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', headers } = options
      const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
      })
      sent.on('error', reject)
      sent.end(options.body)
    })
  }

  function upload(name: string, body: string, headers: Record<string, string> = {}) {
    const withToken = { 'x-batchscope-token': token, ...headers }
    return ask(`/uploads/${name}`, { method: 'PUT', headers: withToken, body })
  }

  describe('the page', () => {
    it('is given to whoever has the token', async () => {
      const { status, text } = await ask(`/?token=${token}`)
      expect([status, text]).toEqual([200, '<title>workbench</title>'])
    })

    it.each(['/', '/index.html', '/?token=wrong', '/?token='])(
      'is kept from %s, with a word on where to find the token',
      async (path) => {
        const { status, text } = await ask(path)
        expect(status).toBe(401)
        expect(text).toContain('Open the address that Batchscope printed')
      },
    )

    it('can be loaded again by the browser that loaded it, with a cookie that is not the token', async () => {
      const first = await ask(`/?token=${token}`)
      const [cookie = ''] = first.headers['set-cookie'] ?? []
      expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
      expect(cookie).not.toContain(token)
      const again = await ask('/', { headers: { cookie: cookie.split(';')[0] ?? '' } })
      expect(again.status).toBe(200)
    })

    it('comes with a policy that allows nothing from elsewhere and nothing inline', async () => {
      const { headers } = await ask(`/?token=${token}`)
      const policy = String(headers['content-security-policy'])
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    })

    it('lets the browser keep files whose names carry a hash', async () => {
      const { status, headers } = await ask('/assets/index-abc123.js')
      expect(status).toBe(200)
      expect(headers['cache-control']).toContain('immutable')
      expect(headers['content-type']).toContain('text/javascript')
    })

    it.each([
      '/../secret.json',
      '/assets/../../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/..%5c..%5csecret.json',
      '//etc/passwd',
      '/%00',
      '/%',
      '/assets/',
      '/nothing.js',
    ])('has nothing at %s', async (path) => {
      expect((await ask(path)).status).toBe(404)
    })

    it('answers a HEAD without a body and refuses other methods', async () => {
      const head = await ask('/assets/index-abc123.js', { method: 'HEAD' })
      expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '9'])
      expect((await ask('/', { method: 'POST' })).status).toBe(405)
    })
  })

  it.each(['evil.example', 'evil.example:80', 'localhost', 'localhost:1', '127.0.0.1.nip.io', 'a@b'])(
    'answers nothing that was addressed to the host "%s"',
    async (host) => {
      const { status, text } = await ask(`/?token=${token}`, { headers: { host } })
      expect([400, 421]).toContain(status)
      expect(text).not.toContain('workbench')
    },
  )

  it.each(['localhost', '127.0.0.1', '[::1]'])('answers to the name %s', async (name) => {
    expect((await ask(`/?token=${token}`, { headers: { host: `${name}:${port}` } })).status).toBe(200)
  })

  describe('the socket', () => {
    function connect(query: string, headers: Record<string, string> = {}): Promise<string> {
      return new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/socket${query}`, { headers })
        socket.on('open', () => socket.ping())
        socket.on('pong', () => {
          resolve('open')
          socket.close()
        })
        socket.on('close', (code) => resolve(`closed ${code}`))
        socket.on('unexpected-response', (_request, response) => resolve(`refused ${response.statusCode}`))
        socket.on('error', () => {})
      })
    }

    it('opens for our page with the token', async () => {
      await expect(connect(`?token=${token}`, { origin: `http://127.0.0.1:${port}` })).resolves.toBe('open')
    })

    it.each(['', '?token=', '?token=wrong'])('is closed with a clear code for "%s"', async (query) => {
      await expect(connect(query)).resolves.toBe('closed 4401')
    })

    it.each(['http://evil.example', 'null', 'http://localhost:1'])(
      'is refused to a page of %s, token or not',
      async (origin) => {
        await expect(connect(`?token=${token}`, { origin })).resolves.toBe('refused 403')
      },
    )

    it('is refused under a foreign name', async () => {
      await expect(connect(`?token=${token}`, { host: 'evil.example' })).resolves.toBe('refused 421')
    })

    it('ends a client that does not speak JSON, and none else', async () => {
      const [rude, polite] = [0, 1].map(() => new WebSocket(`ws://127.0.0.1:${port}/socket?token=${token}`))
      if (rude === undefined || polite === undefined) throw new Error('unreachable')
      await Promise.all([rude, polite].map((socket) => new Promise((resolve) => socket.on('open', resolve))))
      const closed = new Promise((resolve) => rude.on('close', resolve))
      rude.send('hello')
      expect(await closed).toBe(1007)
      const answered = new Promise((resolve) =>
        polite.on('message', (data) => resolve(JSON.parse(String(data)))),
      )
      for (const odd of ['null', '7', '[]', '{}', '{"t":"q","m":"constructor","a":[],"i":"1"}'])
        polite.send(odd)
      polite.send(JSON.stringify({ t: 'q', m: 'command', a: ['capabilities', {}], i: '2' }))
      expect(await answered).toMatchObject({ i: '2', r: { ok: true } })
      polite.close()
    })
  })

  describe('an upload', () => {
    async function uploadedFiles(): Promise<string[]> {
      const found = await readdir(join(folder, 'uploads'), { recursive: true, withFileTypes: true })
      return found.filter((entry) => entry.isFile()).map(({ name }) => name)
    }

    it('is kept under its name, in a folder of its own', async () => {
      const first = await upload('my%20model.onnx', 'first')
      const second = await upload('my%20model.onnx', 'second')
      const paths = [first, second].map(({ text }) => String(JSON.parse(text).path))
      expect([first.status, second.status]).toEqual([201, 201])
      await expect(Promise.all(paths.map((path) => readFile(path, 'utf8')))).resolves.toEqual([
        'first',
        'second',
      ])
      expect(paths[0]).toMatch(/my model\.onnx$/)
    })

    it('can be put beside an earlier one', async () => {
      const weights = JSON.parse((await upload('net.onnx_data', 'weights')).text)
      const model = JSON.parse((await upload(`net.onnx?folder=${weights.folder}`, 'graph')).text)
      expect(model.path).toBe(join(folder, 'uploads', weights.folder, 'net.onnx'))
    })

    it.each(['..', 'nonesuch', '%2e%2e%2f'])('cannot be put into the folder %s', async (beside) => {
      expect((await upload(`a.onnx?folder=${beside}`, 'x')).status).toBe(400)
    })

    it.each(['images.npy', 'images.npz'])("takes the user's own values, %s", async (name) => {
      expect((await upload(name, 'x')).status).toBe(201)
    })

    it.each([
      '..%2f..%2fevil.onnx',
      '%2fetc%2fevil.onnx',
      '..%5cevil.onnx',
      '.hidden.onnx',
      'a%00.onnx',
      'photo.png',
      'evil.sh',
      'noextension',
      `${'a'.repeat(300)}.onnx`,
      '%',
    ])('is refused under the name %s, with a reason', async (name) => {
      const before = await uploadedFiles()
      const { status, text } = await upload(name, 'x')
      expect(status).toBe(400)
      expect(JSON.parse(text)).toMatchObject({ failure: { code: 'bad-input', message: expect.any(String) } })
      expect(await uploadedFiles()).toEqual(before)
    })

    it('is refused without the token, and from another page', async () => {
      expect((await upload('a.onnx', 'x', { 'x-batchscope-token': 'wrong' })).status).toBe(403)
      expect((await upload('a.onnx', 'x', { origin: 'http://evil.example' })).status).toBe(403)
    })

    it('is refused when it says that it is too large', async () => {
      const { text } = await upload('large.onnx', 'x'.repeat(uploadLimitBytes + 1))
      expect(JSON.parse(text).failure.message).toContain('"large.onnx" is larger than')
      expect(await uploadedFiles()).not.toContain('large.onnx')
    })

    it('is removed when it turns out too large without having said so', async () => {
      const { text } = await upload('creeping.onnx', 'x'.repeat(uploadLimitBytes + 1), {
        'transfer-encoding': 'chunked',
      })
      expect(JSON.parse(text).failure.message).toContain('"creeping.onnx" is larger than')
      expect(await uploadedFiles()).not.toContain('creeping.onnx')
    })

    it('is removed when it breaks off', async () => {
      const sent = httpRequest({
        host: '127.0.0.1',
        port,
        path: '/uploads/broken.onnx',
        method: 'PUT',
        headers: { 'x-batchscope-token': token, 'content-length': '500' },
      })
      sent.on('error', () => {})
      sent.write('beginning')
      await vi.waitFor(async () => expect(await uploadedFiles()).toContain('broken.onnx'))
      sent.destroy()
      await vi.waitFor(async () => expect(await uploadedFiles()).not.toContain('broken.onnx'))
    })
  })

  describe('a download', () => {
    const inModels = (...names: string[]) => join(folder, 'models', ...names)

    function askFor(path: unknown, headers: Record<string, string> = {}) {
      const withToken = { 'x-batchscope-token': token, ...headers }
      return ask('/downloads', { method: 'POST', headers: withToken, body: JSON.stringify({ path }) })
    }

    it('of a model that was made here has an address that works once and is not the token', async () => {
      const { status, text } = await askFor(inModels('net', 'größe (fp16).onnx'))
      const { url } = JSON.parse(text) as { url: string }
      expect(status).toBe(201)
      expect(url).not.toContain(token)
      const first = await ask(`/${url}`)
      expect([first.status, first.text, first.headers['content-length']]).toEqual([200, 'half', '4'])
      expect(first.headers['content-disposition']).toBe(
        `attachment; filename="gr__e (fp16).onnx"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%28fp16%29.onnx`,
      )
      expect((await ask(`/${url}`)).status).toBe(404)
    })

    it.each([
      ['a file elsewhere', () => join(folder, 'secret.json')],
      ['a way out', () => `${inModels()}/../secret.json`],
      ['a link that leads out', () => inModels('link.onnx')],
      ['a folder', () => inModels('net')],
      ['nothing', () => inModels('gone.onnx')],
      ['no path', () => 7],
    ])('of %s is refused', async (_what, path) => {
      const { status, text } = await askFor(path())
      expect(status).toBe(400)
      expect(JSON.parse(text)).toMatchObject({ failure: { code: 'forbidden' } })
    })

    it('is refused without the token, from another page, and at an address of no ticket', async () => {
      const path = inModels('net', 'größe (fp16).onnx')
      expect((await askFor(path, { 'x-batchscope-token': 'wrong' })).status).toBe(403)
      expect((await askFor(path, { origin: 'http://evil.example' })).status).toBe(403)
      expect((await ask('/downloads/made-up')).status).toBe(404)
      expect((await ask('/downloads/')).status).toBe(404)
    })
  })

  it('says in one sentence that its port is taken', async () => {
    const again = startHttpServer(inMemoryWorkbench(), {
      host: '127.0.0.1',
      port,
      pageFolder: folder,
      uploadsFolder: folder,
      uploadLimitBytes,
      madeModelsFolder: folder,
    })
    await expect(again).rejects.toMatchObject({
      failure: { code: 'bad-input', message: `Port ${port} on 127.0.0.1 is taken.` },
    })
  })
})
