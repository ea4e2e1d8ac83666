import { describe, expect, it } from 'vitest'
import { installRuntime, listRuntimes, removeRuntime } from '../../../electron/cli/runtime-command.ts'
import type { Environment } from '../../../electron/contract/environment.ts'
import { BatchscopeError, type Failure } from '../../../electron/contract/failure.ts'
import type { Runtime } from '../../../electron/contract/runtime.ts'
import { exampleEnvironment, fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const builtIn: Runtime = {
  ...{ name: 'built-in', folder: '/app', onnxruntime: '1.29.0', libraryFolders: [], providerLibraries: [] },
  providers: [
    { name: 'cpu', usable: true },
    { name: 'cuda', usable: false, reason: 'This runtime has no CUDA.' },
  ],
}
const cuda13: Runtime = {
  ...builtIn,
  ...{ name: 'cuda13', folder: '/data/runtimes/cuda13', bytes: 275_909_223 },
  providerLibraries: [{ provider: 'cuda', path: '/data/cuda.so', cudaMajor: 13, needs: [] }],
  providers: [
    { name: 'cpu', usable: true },
    {
      ...{ name: 'cuda', usable: false, reason: 'CUDA 13 needs libcudnn.so.9, which was not found.' },
      hint: 'Install cuDNN 9.',
    },
  ],
}
const usableCuda13: Runtime = {
  ...cuda13,
  providers: [
    { name: 'cpu', usable: true },
    { name: 'cuda', usable: true },
  ],
}
const newer: Runtime = {
  ...builtIn,
  ...{ name: 'onnxruntime@1.30.0', onnxruntime: '1.30.0', folder: '/data/runtimes/onnxruntime@1.30.0' },
  bytes: 46_347_878,
}

const environmentWith = (runtimes: Runtime[], kernel = 'Linux 6.1.0'): Environment => ({
  ...exampleEnvironment,
  host: { ...exampleEnvironment.host, kernel },
  runtimes,
})

function commandLine(answers: Parameters<typeof fakeEngine>[0], width = 80) {
  const engine = fakeEngine(answers)
  const terminal = recordedTerminal(width)
  const wish = new AbortController()
  const context = { session: engine.session, terminal, interrupted: wish.signal }
  return { engine, terminal, wish, context, printed: () => terminal.printed.join('\n') }
}

describe('batchscope runtime list', () => {
  it('shows what is installed, what it can do here, and what can be installed', async () => {
    const { context, printed } = commandLine({ environment: environmentWith([builtIn, cuda13, newer]) })
    expect(await listRuntimes({}, context)).toBe(0)
    expect(printed()).toBe(
      [
        'Installed',
        '  built-in             ONNX Runtime 1.29.0',
        '                       usable here: cpu',
        '  cuda13               ONNX Runtime 1.29.0, 263 MiB',
        '                       usable here: cpu',
        '                       cuda is not: CUDA 13 needs libcudnn.so.9, which was not',
        '                       found. Install cuDNN 9.',
        '  onnxruntime@1.30.0   ONNX Runtime 1.30.0, 44.2 MiB',
        '                       usable here: cpu',
        '',
        'Can be installed',
        '  cuda12               ONNX Runtime 1.29.0 with CUDA 12 and TensorRT, fetched',
        '                       from NuGet',
        '  onnxruntime@VERSION  any version of ONNX Runtime, as onnxruntime@1.30.0',
        '',
        'Install one: batchscope runtime install cuda12',
      ].join('\n'),
    )
  })

  it('says why a runtime cannot be installed on this machine, and offers one that can', async () => {
    const { context, printed } = commandLine({ environment: environmentWith([builtIn], 'Darwin 25.0.0') })
    await listRuntimes({}, context)
    expect(printed().replace(/\s+/g, ' ')).toContain(
      'cuda13 There is no CUDA on macOS, so the runtime cuda13 cannot be installed here.',
    )
    expect(printed()).toContain('Install one: batchscope runtime install onnxruntime@VERSION')
  })

  it('knows the built-in runtime of an environment that tells of no others', async () => {
    const { context, printed } = commandLine({})
    await listRuntimes({}, context)
    expect(printed()).toContain('built-in')
    expect(printed()).toContain('ONNX Runtime 1.29.0')
  })

  it('prints the same as one JSON document', async () => {
    const { context, printed } = commandLine({ environment: environmentWith([builtIn, cuda13]) })
    await listRuntimes({ json: true }, context)
    expect(JSON.parse(printed())).toEqual({
      runtimes: [builtIn, cuda13],
      installable: [
        { name: 'cuda12', about: 'ONNX Runtime 1.29.0 with CUDA 12 and TensorRT, fetched from NuGet' },
      ],
    })
  })
})

describe('batchscope runtime install', () => {
  it('says what the runtime can do now, and what to type next', async () => {
    const { context, printed, terminal } = commandLine({
      environment: environmentWith([builtIn, usableCuda13]),
      installs: [
        { name: 'cuda13', state: 'downloading', receivedBytes: 1, totalBytes: 2, doing: 'a package' },
      ],
    })
    expect(await installRuntime('cuda13', {}, context)).toBe(0)
    expect(terminal.noted).toEqual(['cuda13: downloading: a package'])
    expect(printed()).toBe(
      [
        'cuda13 is installed: ONNX Runtime 1.29.0, 263 MiB.',
        '/data/runtimes/cuda13',
        'Usable here: cpu, cuda.',
        '',
        'Next: batchscope run MODEL.onnx --ep cuda --runtime cuda13',
      ].join('\n'),
    )
  })

  it('says why what it brings cannot be used yet, and where to look', async () => {
    const { context, printed } = commandLine({ environment: environmentWith([builtIn, cuda13]) })
    await installRuntime('cuda13', {}, context)
    expect(printed().replace(/\s+/g, ' ')).toContain(
      'Usable here: cpu. cuda is not: CUDA 13 needs libcudnn.so.9, which was not found. Install cuDNN 9.',
    )
    expect(printed()).toContain('Next: batchscope doctor')
  })

  it('proposes a version as a factor beside the built-in one', async () => {
    const { context, printed } = commandLine({ environment: environmentWith([builtIn, newer]) })
    await installRuntime('onnxruntime@1.30.0', {}, context)
    expect(printed()).toContain('Next: batchscope run MODEL.onnx --runtime built-in,onnxruntime@1.30.0')
  })

  it('says that it is there already', async () => {
    const { context, printed } = commandLine({
      environment: environmentWith([builtIn, cuda13]),
      installs: [{ name: 'cuda13', state: 'done', receivedBytes: 0, doing: 'installed already' }],
    })
    expect(await installRuntime('cuda13', {}, context)).toBe(0)
    expect(printed()).toContain('cuda13 is installed already: ONNX Runtime 1.29.0')
  })

  it('says nothing on the way when asked to be quiet', async () => {
    const { context, terminal } = commandLine({
      environment: environmentWith([builtIn, cuda13]),
      installs: [{ name: 'cuda13', state: 'unpacking', receivedBytes: 1 }],
    })
    await installRuntime('cuda13', { quiet: true }, context)
    expect(terminal.noted).toEqual([])
  })

  it('is cancelled by an interrupt, says what is kept, and ends with 130', async () => {
    const { context, terminal, wish, engine } = commandLine({ installsUntilCancelled: true })
    const work = installRuntime('cuda13', {}, context)
    wish.abort()
    expect(await work).toBe(130)
    expect(engine.called.map(({ name }) => name)).toEqual(['installRuntime', 'cancelRuntimeInstall'])
    expect(terminal.noted).toEqual([
      'batchscope: The installation of cuda13 was cancelled. What was downloaded is kept: install it again to go on from there.',
    ])
  })

  it('hands on why it failed', async () => {
    const failure: Failure = { code: 'network', message: 'No network.', owner: 'system' }
    const { context, printed } = commandLine({
      installs: [{ name: 'cuda13', state: 'failed', receivedBytes: 0, failure }],
    })
    await expect(installRuntime('cuda13', {}, context)).rejects.toEqual(new BatchscopeError(failure))
    expect(printed()).toBe('')
  })
})

describe('batchscope runtime remove', () => {
  it('removes it and says so', async () => {
    const { context, printed, engine } = commandLine({})
    expect(await removeRuntime('cuda13', context)).toBe(0)
    expect(engine.called).toEqual([{ name: 'removeRuntime', params: { name: 'cuda13' } }])
    expect(printed()).toBe('cuda13 is removed.')
  })
})
