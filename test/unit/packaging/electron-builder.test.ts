import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Arch, build, Platform } from 'electron-builder'
import type { Configuration } from 'electron-builder'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const require = createRequire(import.meta.url)

// electron-builder has these inside, and exports neither them nor types for them.
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  getConfig(folder: string, path: string, fromOptions: null): Promise<Configuration>
  validateConfiguration(config: Configuration, log: unknown): Promise<void>
}
const { DebugLogger } = require('builder-util') as { DebugLogger: new () => unknown }
const { listPackage } = require('@electron/asar') as { listPackage(archive: string): string[] }

function readConfig(): Promise<Configuration> {
  return getConfig(root, 'electron-builder.yml', null)
}

describe('electron-builder.yml', () => {
  it('is what electron-builder understands', async () => {
    await expect(validateConfiguration(await readConfig(), new DebugLogger())).resolves.toBeUndefined()
  })

  it('opens models and projects from the file manager', async () => {
    const associations = [(await readConfig()).fileAssociations ?? []].flat()
    expect(associations.map(({ ext }) => ext)).toEqual(['batchscope', 'onnx'])
  })
})

/** Where Electron's program keeps its switches: this mark, a version, their number, and a digit for each. */
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Packs for real, but around a program that is nothing but its fuses: Electron's own cannot be had everywhere. */
describe.runIf(process.platform === 'linux')('the packed application', () => {
  let folder: string
  let packed: string[]
  let unpacked: string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchscope-pack-'))
    const electronDist = join(folder, 'electron')
    await mkdir(join(electronDist, 'resources'), { recursive: true })
    for (const file of ['chrome-sandbox', 'LICENSE']) await writeFile(join(electronDist, file), '')
    await writeFile(join(electronDist, 'electron'), `${fuseMark}\u0001\u000811110011`)
    await chmod(join(electronDist, 'electron'), 0o755)
    await build({
      projectDir: root,
      targets: Platform.LINUX.createTarget('dir', Arch.x64),
      config: { electronDist, directories: { output: join(folder, 'out') } },
    })
    const resources = join(folder, 'out', 'linux-unpacked', 'resources')
    packed = listPackage(join(resources, 'app.asar'))
    unpacked = (await readdir(join(resources, 'app.asar.unpacked'), { recursive: true })).map(
      (path) => `/${path}`,
    )
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('shuts every way to run other code in the program', async () => {
    const program = await readFile(join(folder, 'out', 'linux-unpacked', 'batchscope'), 'latin1')
    const [runAsNode, , nodeOptions, nodeArguments, integrity, onlyArchive, , filePrivileges] = program.slice(
      program.indexOf(fuseMark) + fuseMark.length + 2,
    )
    const fuses = { runAsNode, nodeOptions, nodeArguments, integrity, onlyArchive, filePrivileges }
    expect(fuses).toEqual({
      runAsNode: '0',
      nodeOptions: '0',
      nodeArguments: '0',
      integrity: '1',
      onlyArchive: '1',
      filePrivileges: '0',
    })
  })

  it('has every bundle and the page', () => {
    for (const file of ['main.js', 'host.js', 'preload.cjs', 'renderer/index.html']) {
      expect(packed).toContain(`/dist/${file}`)
    }
  })

  it('has nothing of the repository besides bundles, resources and dependencies', () => {
    const tops = new Set(packed.map((path) => path.split('/')[1]))
    expect([...tops].sort()).toEqual(['dist', 'node_modules', 'package.json', 'resources'])
    expect(packed.filter((path) => /\.(ts|map)$/.test(path))).toEqual([])
  })

  it("has the target's ONNX Runtime outside the archive, and nobody else's", () => {
    const binaries = unpacked.filter((path) => /onnxruntime-node\/bin\/.*\.(node|so|dll|dylib)/.test(path))
    expect(binaries.length).toBeGreaterThan(0)
    for (const path of binaries) expect(path).toContain('/linux/x64/')
  })

  it('has the sample models outside the archive, where native code can read them', () => {
    expect(unpacked).toContain('/resources/models/cnn-classifier.onnx')
  })

  it('has no dependency that only development needs', () => {
    for (const name of ['electron', 'vite', 'vue', 'playwright', 'typescript']) {
      expect(packed).not.toContain(`/node_modules/${name}`)
    }
  })
})
