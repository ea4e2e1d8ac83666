import { copyFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { builtFiles, checkBuildIsFresh, resourceFiles } from '../../../resources/headless/built-files.ts'
import { runtimeFiles, runtimePackages } from '../../../resources/headless/chosen-runtimes.ts'
import { highestVersions, readElfNeeds } from '../../../resources/headless/elf-needs.ts'
import { nodeProgram } from '../../../resources/headless/node-program.ts'
import {
  checkSpace,
  prepareOutput,
  removeBundle,
  writeFolder,
} from '../../../resources/headless/output-folder.ts'
import {
  isNeededToRun,
  packageFiles,
  productionPackages,
} from '../../../resources/headless/production-packages.ts'
import { shippedText } from '../../../resources/headless/shipped-file.ts'

let base: string
let folder: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'batchscope-headless-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(base, 'case-'))
})

/** Writes files by their path below `folder`; what is no text is written as JSON. */
async function write(files: Record<string, unknown>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

describe('what a bundle needs of a package', () => {
  it.each([
    ['index.js', true],
    ['dist/', true],
    ['dist/doc/node.js', true],
    ['data/table.trie', true],
    ['LICENSE', true],
    ['LICENSE.md', true],
    ['vendor/NOTICE.txt', true],
    ['README.md', false],
    ['dist/index.d.ts', false],
    ['dist/index.d.mts', false],
    ['dist/index.js.map', false],
    ['src/index.ts', false],
    ['docs/', false],
    ['test/', false],
    ['lib/test/', true],
    ['.eslintrc', false],
    ['node_modules/', false],
    ['lib/node_modules/', false],
  ])('%s: %s', (path, needed) => {
    expect(isNeededToRun('some-package', path)).toBe(needed)
  })

  it.each([
    ['bin/napi-v6/linux/x64/libonnxruntime.so.1', true],
    ['bin/napi-v3/linux/x64/', true],
    ['bin/napi-v6/linux/arm64/', false],
    ['bin/napi-v6/darwin/', false],
    ['bin/napi-v6/win32/x64/onnxruntime.dll', false],
    ['dist/binding.js', true],
    ['script/', false],
    ['script/install.js', false],
  ])('of ONNX Runtime, %s: %s', (path, needed) => {
    expect(isNeededToRun('onnxruntime-node', path)).toBe(needed)
  })
})

describe('the production packages', () => {
  const manifest = (name: string, more: object = {}) => ({ name, version: '1.0.0', license: 'MIT', ...more })

  it('are those that Node would find, each in its place, and no others', async () => {
    await write({
      'package.json': manifest('app', {
        dependencies: { a: '1', '@s/b': '1' },
        devDependencies: { dev: '1' },
      }),
      'node_modules/a/package.json': manifest('a', {
        dependencies: { b: '2' },
        peerDependencies: { peer: '1' },
      }),
      'node_modules/a/node_modules/b/package.json': manifest('b', { version: '2.0.0' }),
      'node_modules/@s/b/package.json': manifest('@s/b', { dependencies: { b: '1' } }),
      'node_modules/b/package.json': manifest('b', { dependencies: { a: '1' } }),
      'node_modules/peer/package.json': manifest('peer'),
      'node_modules/dev/package.json': manifest('dev'),
    })
    const found = await productionPackages(folder)
    expect(found.map((each) => `${relative(folder, each.folder)} ${each.version}`)).toEqual([
      'node_modules/@s/b 1.0.0',
      'node_modules/a 1.0.0',
      'node_modules/a/node_modules/b 2.0.0',
      'node_modules/b 1.0.0',
      'node_modules/peer 1.0.0',
    ])
    const shipped = (await packageFiles(found, folder)).map(({ path }) => path)
    expect(shipped).toContain('node_modules/a/node_modules/b/package.json')
    expect(new Set(shipped).size).toBe(shipped.length)
  })

  it('leave out what is optional and not here, or for other platforms', async () => {
    await write({
      'package.json': manifest('app', {
        optionalDependencies: { absent: '1', mac: '1', linux: '1', notLinux: '1' },
      }),
      'node_modules/mac/package.json': manifest('mac', { os: ['darwin'] }),
      'node_modules/linux/package.json': manifest('linux', { os: ['linux'], cpu: ['x64', 'arm64'] }),
      'node_modules/notLinux/package.json': manifest('notLinux', { os: ['!linux'] }),
    })
    expect((await productionPackages(folder)).map(({ name }) => name)).toEqual(['linux'])
  })

  it('say which is not installed, and what to do', async () => {
    await write({ 'package.json': manifest('app', { dependencies: { gone: '1' } }) })
    await expect(productionPackages(folder)).rejects.toMatchObject({
      failure: {
        code: 'bad-input',
        message: 'The package "gone" is not installed.',
        hint: 'Run npm ci first.',
      },
    })
  })
})

describe('the build', () => {
  const hour = (n: number) => new Date(Date.UTC(2026, 0, 1, n))
  const built = {
    'dist/cli.js': 'import "./chunks/used.js"',
    'dist/chunks/used.js': 'export * from "./deeper.js"',
    'dist/chunks/deeper.js': '',
    'dist/chunks/of-an-earlier-build.js': '',
    'dist/cli.js.map': '',
    'dist/server.js': '',
    'dist/host.js': '',
    'dist/main.js': '',
    'dist/renderer/index.html': '',
    'dist/renderer/assets/page.js': '',
  }
  const setTimes = async (files: readonly string[], time: Date) => {
    for (const file of files) await utimes(join(folder, file), time, time)
  }

  it('goes in with what its entries load, without maps and the desktop', async () => {
    await write(built)
    const paths = async (maps: boolean) => (await builtFiles(folder, maps)).map(({ path }) => path).sort()
    const code = ['chunks/deeper.js', 'chunks/used.js', 'cli.js', 'host.js']
    const rest = ['renderer/assets/page.js', 'renderer/index.html', 'server.js']
    expect(await paths(false)).toEqual([...code, ...rest].map((path) => `dist/${path}`))
    expect(await paths(true)).toEqual([...code, 'cli.js.map', ...rest].map((path) => `dist/${path}`).sort())
  })

  it('is refused when a source is newer, naming it', async () => {
    await write({ ...built, 'electron/engine/a.ts': '', 'renderer/b.vue': '', 'electron/README.md': '' })
    await setTimes(Object.keys(built), hour(2))
    await setTimes(['electron/engine/a.ts', 'renderer/b.vue'], hour(1))
    await expect(checkBuildIsFresh(folder)).resolves.toBeUndefined()
    await setTimes(['renderer/b.vue'], hour(3))
    await expect(checkBuildIsFresh(folder)).rejects.toThrow(
      `The build is older than its sources: "${join(folder, 'renderer/b.vue')}" was changed since.`,
    )
  })

  it('is asked for when there is none', async () => {
    await write({ 'dist/cli.js': '' })
    await expect(checkBuildIsFresh(folder)).rejects.toMatchObject({
      failure: { code: 'bad-input', hint: 'Run npm run build first.' },
    })
  })

  it('takes models, fonts and schemas along, not what makes them', async () => {
    await write({
      ...{ 'resources/models/a.onnx': '', 'resources/models/generate.ts': '', 'resources/fonts/a.ttf': '' },
      ...{
        'resources/icons/icon.png': '',
        'resources/headless/join.sh': '',
        'resources/verification/b.onnx': '',
      },
    })
    expect((await resourceFiles(folder)).map(({ path }) => path)).toEqual([
      'resources/fonts/a.ttf',
      'resources/models/a.onnx',
      'resources/verification/b.onnx',
    ])
  })
})

describe('a runtime in a bundle', () => {
  it('is what runs on this platform, and its record says so', async () => {
    const library = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1'
    const foreign = 'node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll'
    const licence = 'node_modules/@makers/providers/LICENSE'
    const record = {
      ...{ format: 'batchscope-runtime', formatVersion: 1, name: 'cuda13', installed: 'yesterday' },
      packages: [{ name: '@makers/providers', version: '1.0.0', integrity: 'sha512-' }],
      files: [library, foreign, licence].map((path) => ({ path, bytes: 1 })),
    }
    await write({ 'runtime.json': record, [library]: '1', [foreign]: '1', [licence]: '1' })
    const runtime = { name: 'cuda13', folder, version: '1.29.0', providerLibraries: [] }
    const files = await runtimeFiles(runtime, new Date('2026-01-02T03:04:05Z'))
    const place = 'runtimes/cuda13'
    expect(files.map(({ path }) => path)).toEqual(
      [licence, library, 'runtime.json'].map((path) => `${place}/${path}`),
    )
    const written = files.find(({ path }) => path.endsWith('runtime.json'))?.content ?? { text: '' }
    expect(JSON.parse('text' in written ? written.text : '')).toEqual({
      ...record,
      installed: '2026-01-02T03:04:05.000Z',
      files: [library, licence].map((path) => ({ path, bytes: 1 })),
    })
    expect(await runtimePackages(runtime)).toEqual(['@makers/providers 1.0.0'])
  })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64')("the program's needs", () => {
  it('are read from this Node: the C library and its versions', async () => {
    const needs = await readElfNeeds(process.execPath)
    expect(needs?.interpreter).toBe('/lib64/ld-linux-x86-64.so.2')
    expect(needs?.libraries).toContain('libc.so.6')
    expect(highestVersions(needs?.versions ?? []).get('GLIBC')).toMatch(/^2\.\d+$/)
  })

  it('are none of a text', async () => {
    await write({ program: '#!/bin/sh\n' })
    expect(await readElfNeeds(join(folder, 'program'))).toBeUndefined()
    await expect(nodeProgram(join(folder, 'program'))).rejects.toThrow('is no program for 64-bit x86 Linux')
  })

  it("are told by the highest version of each of the system's interfaces", () => {
    const versions = ['GLIBC_2.9', 'GLIBC_2.28', 'GLIBC_2.4', 'GLIBCXX_3.4.22', 'GCC_4.3.0', 'VERS_1.29.0']
    expect([...highestVersions(versions)]).toEqual([
      ['GLIBC', '2.28'],
      ['GLIBCXX', '3.4.22'],
    ])
  })

  it('go with its licence', async () => {
    await mkdir(join(folder, 'bin'))
    await copyFile('/bin/cat', join(folder, 'bin/node'))
    const program = join(folder, 'bin/node')
    await expect(nodeProgram(program)).rejects.toThrow(/^The licence of the Node at .* has to go with it\.$/)
    await write({ LICENSE: 'yes' })
    const files = await nodeProgram(program)
    expect(files.map(({ path, executable }) => [path, executable])).toEqual([
      ['node/bin/node', true],
      ['node/LICENSE', false],
    ])
  })
})

describe('the folder that a bundle is made in', () => {
  const time = new Date('2026-01-02T03:04:05Z')
  const files = [shippedText('batchscope', '', true), shippedText('bundle.json', '{"name":"batchscope"}')]
  const never = new AbortController().signal

  it('is made', async () => {
    await prepareOutput(join(folder, 'new/one'), false)
    expect(await readdir(join(folder, 'new'))).toEqual(['one'])
  })

  it('is refused when it holds other things, forced or not, and nothing is touched', async () => {
    await write({ 'package.json': {}, 'dist/mine.js': '' })
    for (const force of [false, true]) {
      await expect(prepareOutput(folder, force)).rejects.toThrow('is not empty, and holds no earlier bundle')
    }
    expect(await readdir(join(folder, 'dist'))).toEqual(['mine.js'])
  })

  it('loses an earlier bundle only when forced, and keeps what is not of it', async () => {
    await writeFolder(folder, files, time, never)
    await write({ 'data/project.batchscope': '', 'dist/old.js': '' })
    await expect(prepareOutput(folder, false)).rejects.toThrow('it holds an earlier bundle')
    await prepareOutput(folder, true)
    // What comes next may still fail: until then it is there.
    expect(await readdir(folder)).toContain('bundle.json')
    await removeBundle(folder)
    expect(await readdir(folder)).toEqual(['data'])
  })

  it('loses earlier parts when forced', async () => {
    const parts = { 'batchscope-1.0.0-linux-x64.tar.gz.part-001': '', 'join.sh': '', SHA256SUMS: '' }
    await write({ ...parts, 'README.md': 'of somebody else' })
    await prepareOutput(folder, true)
    await removeBundle(folder)
    expect(await readdir(folder)).toEqual(['README.md'])
  })

  it.each(['file', 'file/below', '/proc/none'])('is said to be out of reach: %s', async (path) => {
    await write({ file: '' })
    const sentence = `--out "${resolve(folder, path)}" is no folder to write to`
    await expect(prepareOutput(resolve(folder, path), false)).rejects.toThrow(sentence)
  })

  it('is refused when its disk is too small', async () => {
    await expect(checkSpace(folder, 2 ** 60)).rejects.toThrow(/has .* free, and .* are needed/)
    await expect(checkSpace(folder, 1)).resolves.toBeUndefined()
  })
})
