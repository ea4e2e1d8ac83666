import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { executionProviders } from '../../electron/contract/experiment.ts'
import { describeEnvironment } from '../../electron/engine/environment/describe-environment.ts'
import { elfFile } from '../unit/adapters/libraries/elf-file.ts'
import { hostPath, path } from './real-execution.ts'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-environment-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

const realPorts = () =>
  createNodePorts({
    hostPath,
    resourcesFolder: dataFolder,
    dataFolder,
    batchscopeVersion: '0.0.1',
  })

it('this machine can run models on its CPU, and says of every other provider that it can, or why not', async () => {
  const { runtime, providers } = await describeEnvironment(realPorts())
  expect(runtime.onnxruntime).toMatch(/^\d+\.\d+\.\d+$/)
  expect(runtime.node).toBe(process.versions.node)
  expect(providers.map(({ name }) => name)).toEqual([...executionProviders])
  expect(providers[0]).toEqual({ name: 'cpu', usable: true })
  for (const status of providers) {
    if (!status.usable) expect(status.reason, status.name).not.toMatch(/^It failed|onnxruntime_src|^$/)
  }
})

// Libraries are looked for on Linux only, and there is CUDA for x64 only.
it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a runtime in a folder of its own is loaded, and what its library for CUDA lacks is read from that',
  async () => {
    const folder = join(dataFolder, 'runtime')
    await mkdir(join(folder, 'node_modules'), { recursive: true })
    await symlink(path('node_modules/onnxruntime-node'), join(folder, 'node_modules', 'onnxruntime-node'))
    const library = join(folder, 'libonnxruntime_providers_cuda.so')
    await writeFile(library, elfFile({ needed: ['libcublas.so.99', 'libc.so.6'] }))
    const ports = realPorts()
    const runtimes = await ports.runtimes.list()
    const environment = await describeEnvironment({
      ...ports,
      runtimes: {
        list: () =>
          Promise.resolve([
            ...runtimes,
            {
              ...{ name: 'onnxruntime@9.9.9', folder, version: '9.9.9' },
              providerLibraries: [{ provider: 'cuda' as const, path: library }],
            },
          ]),
        install: () => Promise.reject(new Error('not here')),
        remove: () => Promise.resolve(),
      },
    })
    const runtime = environment.runtimes?.find(({ name }) => name === 'onnxruntime@9.9.9')
    expect(runtime?.onnxruntime).toBe(environment.runtime.onnxruntime)
    expect(runtime?.providers[0]).toEqual({ name: 'cpu', usable: true })
    expect(runtime?.providers.find(({ name }) => name === 'cuda')).toMatchObject({
      ...{
        usable: false,
        reason: expect.stringContaining('CUDA 99 needs libcublas.so.99, which was not found.'),
      },
    })
  },
)
