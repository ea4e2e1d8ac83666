import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { programRunner } from '../../electron/adapters/program-runner.ts'
import { readTorchLoop } from '../../electron/engine/verification/torch-output.ts'
import { path } from './real-execution.ts'

const python = process.platform === 'win32' ? 'python' : 'python3'
const here = (await programRunner.run(python, ['-c', 'pass'], { timeoutMs: 20_000 })).started
const script = path('resources/verification/torch-loop.py')

beforeEach(() => {
  vi.stubEnv('PYTHONDONTWRITEBYTECODE', '1')
  vi.stubEnv(
    'PYTHONPATH',
    [path('test/fixtures/python/torch-stand-in'), process.env['PYTHONPATH'] ?? ''].join(delimiter),
  )
})
afterEach(() => vi.unstubAllEnvs())

async function run(...args: string[]) {
  const end = await programRunner.run(python, [script, ...args], { timeoutMs: 20_000 })
  if (!end.started) throw new Error(end.reason)
  return { code: end.code, said: end.standardError, loop: readTorchLoop(end.standardOutput) }
}

describe.runIf(here)('the timing loop in PyTorch, with a stand-in that computes nothing', () => {
  it('numbers devices as the driver does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'batchscope-torch-'))
    try {
      await writeFile(
        join(folder, 'torch.py'),
        'import os\nraise ImportError(os.environ.get("CUDA_DEVICE_ORDER"))\n',
      )
      vi.stubEnv('PYTHONPATH', folder)
      vi.stubEnv('CUDA_DEVICE_ORDER', 'FASTEST_FIRST')
      expect((await run()).loop).toMatchObject({
        unavailable: expect.stringContaining('PCI_BUS_ID'),
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  const briefly = ['--at-least', '0.005', '--at-most', '0.02']

  it('times every shape on the device and fed from the host, until one runs out of memory', async () => {
    const { code, said, loop } = await run(
      '--model',
      'resnet-50=1,8,64,128',
      '--model',
      'bert-base=2',
      ...briefly,
    )
    expect({ code, said }).toEqual({ code: 0, said: '' })
    expect(loop).toMatchObject({ complete: true, settings: { tf32: { matmul: true, cudnn: true } } })
    expect(loop.rows.map(({ model, batch, outcome }) => [model, batch, outcome])).toEqual([
      ['resnet-50', 1, 'completed'],
      ['resnet-50', 8, 'completed'],
      ['resnet-50', 64, 'out-of-memory'],
      ['bert-base', 2, 'completed'],
    ])
    const { resident, fed } = loop.rows[1] ?? {}
    expect(resident?.itemsPerSecond).toBeGreaterThan(0)
    expect(fed?.calls).toBeGreaterThan(0)
  })

  it('begins nothing when its time is over, and says so', async () => {
    const { loop } = await run('--model', 'bert-base=1,2', '--seconds', '0', ...briefly)
    expect(loop.rows.map(({ outcome }) => outcome)).toEqual(['no-time', 'no-time'])
  })

  it('refuses a device that is not there', async () => {
    const { code, loop } = await run('--device', '4')
    expect(code).toBe(3)
    expect(loop.unavailable).toBe('PyTorch sees no CUDA device 4.')
  })

  it('says in one line that there is no PyTorch', async () => {
    vi.stubEnv('PYTHONPATH', '')
    const { loop } = await run()
    // A machine that has PyTorch says something else, but says it.
    expect(loop.unavailable ?? loop.settings?.torch).toMatch(/PyTorch|^\d/)
  })
})
