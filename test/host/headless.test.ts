import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentSchema } from '../../electron/contract/environment.ts'
import { RunDocumentSchema } from '../../electron/contract/run-document.ts'
import { nodeProgram } from '../../resources/headless/node-program.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const script = join(root, 'resources/headless/package.ts')

/** A Node that keeps parts of itself elsewhere, as some distributions build it, is refused; so is another platform. */
const canPackage =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  (await nodeProgram(process.execPath).then(
    () => true,
    () => false,
  ))

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function execute(
  file: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { ...options, maxBuffer: 2 ** 26, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
}

/** Packs for real, as `npm run package:headless` does. */
const pack = (...args: string[]) =>
  execute(process.execPath, ['--import', 'tsx', script, '--as-built', ...args], { cwd: root })

/** Programs that a bare system has, and nothing of what could be installed on it. */
const coreutils = ['cat', 'cut', 'dirname', 'ls', 'mkdir', 'readlink', 'rm', 'sha256sum', 'uname']

describe.runIf(canPackage)(
  'the headless bundle, with nothing but coreutils on the path',
  { timeout: 90_000 },
  () => {
    let base: string
    let bundle: string
    let environment: NodeJS.ProcessEnv
    beforeAll(async () => {
      base = await mkdtemp(join(tmpdir(), 'batchscope-headless-'))
      bundle = join(base, 'a bundle')
      environment = { PATH: join(base, 'bin') }
      await mkdir(join(base, 'bin'))
      for (const name of coreutils) await symlink(join('/usr/bin', name), join(base, 'bin', name))
      const packed = await pack('--out', bundle)
      expect(packed).toMatchObject({ code: 0, stderr: '' })
      expect(packed.stdout).toMatch(/Done: \d+ MiB in ".*a bundle"\./)
    }, 120_000)
    afterAll(() => rm(base, { recursive: true, force: true }))

    const batchscope = (...args: string[]) =>
      execute(join(bundle, 'batchscope'), args, { cwd: base, env: environment })
    const sample = () => join(bundle, 'resources/models/cnn-classifier.onnx')
    const brief = ['--executions', '1', '--min-time', '40', '--max-time', '100', '--warmup-time', '10']

    it('profiles the sample model, and keeps it in a project that report makes a PDF of', async () => {
      const project = join(base, 'kept.batchscope')
      const ran = await batchscope(
        'run',
        sample(),
        '--batch',
        '1,2',
        ...brief,
        '--project',
        project,
        '--json',
        '-',
      )
      expect(ran.code).toBe(0)
      const document = v.parse(RunDocumentSchema, JSON.parse(ran.stdout))
      expect(document.trials.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
      const reported = await batchscope('report', project, '--pdf', join(base, 'report.pdf'))
      expect(reported.code).toBe(0)
      expect((await readFile(join(base, 'report.pdf'))).toString('latin1', 0, 5)).toBe('%PDF-')
    })

    it('ends a batch that outgrows its memory budget, without the tool that sets limits', async () => {
      const ran = await batchscope(
        ...['run', sample(), '--batch', '512', ...brief, '--memory-budget', '150MiB', '--json', '-'],
      )
      const document = v.parse(RunDocumentSchema, JSON.parse(ran.stdout))
      expect(document.trials.find(({ config }) => config.batchSize === 512)?.outcome).toBe('out-of-memory')
    })

    it('says what the machine offers, and what a model is', async () => {
      const doctor = await batchscope('doctor', '--json')
      expect(doctor).toMatchObject({ code: 0, stderr: '' })
      const { providers } = v.parse(EnvironmentSchema, JSON.parse(doctor.stdout))
      expect(providers.find(({ name }) => name === 'cpu')?.usable).toBe(true)
      const inspected = await batchscope('inspect', sample())
      expect(inspected).toMatchObject({ code: 0, stderr: '' })
    })

    it('serves the workbench', async () => {
      const child = spawn(join(bundle, 'batchscope'), ['serve'], {
        env: environment,
      })
      try {
        const address = await new Promise<string>((resolve, reject) => {
          child.stdout.setEncoding('utf8').once('data', resolve)
          child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)))
        })
        const page = await fetch(address.trim())
        const text = await page.text()
        const bundleAddress = /src="\.\/(assets\/[^"]+\.js)"/.exec(text)?.[1] ?? ''
        expect(page.status).toBe(200)
        const cookie = page.headers.get('set-cookie') ?? ''
        const loaded = await fetch(new URL(bundleAddress, address.trim()), { headers: { cookie } })
        expect(loaded.status).toBe(200)
      } finally {
        child.kill('SIGTERM')
      }
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    })

    it('is whole by its own list of checksums', async () => {
      const checked = await execute('/usr/bin/sha256sum', ['--quiet', '--check', 'SHA256SUMS'], {
        cwd: bundle,
      })
      expect(checked).toEqual({ code: 0, stdout: '', stderr: '' })
      const listed = (await readFile(join(bundle, 'SHA256SUMS'), 'utf8')).split('\n').length - 1
      const files = (await readdir(bundle, { recursive: true, withFileTypes: true })).filter((each) =>
        each.isFile(),
      )
      // All but the list itself and what was made by running it.
      expect(files.filter(({ parentPath }) => !parentPath.startsWith(join(bundle, 'data')))).toHaveLength(
        listed + 1,
      )
    })

    it('holds one platform, no sources, and no tools of development', async () => {
      const paths = await readdir(bundle, { recursive: true })
      const native = paths.filter((path) => /\.(node|dll|dylib)$|\.so(\.|$)/.test(path))
      expect(native.length).toBeGreaterThan(0)
      expect(native.filter((path) => !path.includes('/linux/x64/'))).toEqual([])
      expect(paths.filter((path) => /\.(ts|map)$/.test(path))).toEqual([])
      for (const name of ['electron', 'vite', 'vue', 'typescript', 'playwright']) {
        expect(paths).not.toContain(`node_modules/${name}`)
      }
      expect(paths).toContain('node/LICENSE')
    })

    it('is not written over unless asked for', async () => {
      await writeFile(join(bundle, 'mine'), '')
      const refused = await pack('--out', bundle)
      expect(refused.code).toBe(2)
      expect(refused.stderr).toMatch(
        /^package:headless: --out ".*" is not empty: it holds an earlier bundle\. .*\n$/,
      )
    })
  },
)
