import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InputPlan } from '../../electron/contract/host-protocol.ts'
import { executionPhases, type ExecutionPhase } from '../../electron/contract/trial.ts'
import { elementTypes, identityModel } from '../fixtures/identity-model.ts'
import { classifier, detector, executeReally, expectOutcome } from './real-execution.ts'

const small = { 'x:2': 48, 'x:3': 96 }
const large = { 'x:2': 640, 'x:3': 640 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-execution-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function modelFile(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('an execution that completes', () => {
  it('has samples, timings, the peak of its host, and the batch size seen in the output', async () => {
    const execution = expectOutcome(
      await executeReally(classifier, { batchSize: 3, dims: small }),
      'completed',
    )
    expect(execution.samplesMs.length).toBeGreaterThan(0)
    expect(execution.samplesMs.every((sample) => sample > 0)).toBe(true)
    const sum = execution.samplesMs.reduce((total, sample) => total + sample, 0)
    expect(execution.windowMs).toBeGreaterThanOrEqual(sum)
    expect(execution.loadMs).toBeGreaterThan(0)
    expect(execution.firstInferenceMs).toBeGreaterThan(0)
    expect(execution.memory.hostPeakBytes).toBeGreaterThan(10_000_000)
    expect(execution.outputBatch).toBe(3)
    expect(execution.clock).toBe('performance.now')
  })

  it('goes through every phase once, in order', async () => {
    const phases: ExecutionPhase[] = []
    await executeReally(classifier, { dims: small, onPhase: (phase) => phases.push(phase) })
    expect(phases).toEqual([...executionPhases])
  })

  it('ends by the interval, before its time is up, when that is narrow enough', async () => {
    const rules = { relativeHalfWidth: 10, maximumMs: 20_000, minimumMs: 50 }
    const execution = expectOutcome(await executeReally(classifier, { dims: small, rules }), 'completed')
    expect(execution.endedBy).toBe('interval')
  })

  it('says when the warm-up did not become steady', async () => {
    const execution = expectOutcome(
      await executeReally(classifier, { dims: small, rules: { steadyTolerance: -1 } }),
      'completed',
    )
    expect(execution.warmup.steady).toBe(false)
    expect(execution.flags.map(({ name }) => name)).toEqual(['unsteady'])
  })
})

describe('inputs', () => {
  const feedable = Object.keys(elementTypes).filter(
    (type) => type !== 'bfloat16',
  ) as (keyof typeof elementTypes)[]

  it.each(feedable)('of type %s reach the model', async (type) => {
    const model = await modelFile(`${type}.onnx`, identityModel(type, 'batch'))
    const rules = { warmupMaximumMs: 1, maximumMs: 1 }
    const execution = expectOutcome(await executeReally(model, { batchSize: 3, rules }), 'completed')
    expect(execution.outputBatch).toBe(3)
  })

  it('that onnxruntime-node cannot take are told by name', async () => {
    const model = await modelFile('bfloat16.onnx', identityModel('bfloat16', 'batch'))
    const inputs: InputPlan[] = [
      { name: 'x', type: 'bfloat16', shape: [2, 4], fill: { kind: 'constant', value: 0 } },
    ]
    const { failure } = expectOutcome(await executeReally(model, { batchSize: 2, inputs }), 'failed')
    expect(failure.message).toContain('bfloat16')
  })
})

describe.skipIf(process.platform !== 'linux')('an execution under a memory budget', () => {
  it('runs out of host memory, and the next one works', async () => {
    const memoryBudgetBytes = 300 * 1024 * 1024
    const execution = expectOutcome(
      await executeReally(detector, { batchSize: 64, dims: large, memoryBudgetBytes }),
      'out-of-memory',
    )
    expect(execution.memoryOwner).toBe('host')
    expect(execution.failure).toMatchObject({ code: 'out-of-memory', owner: 'system' })
    expect(execution.failure.message).toContain('300 MiB')
    expectOutcome(await executeReally(classifier, { dims: small, memoryBudgetBytes }), 'completed')
  })

  it.each([20, 40, 60])(
    'of %i MiB, too small for the model itself, is out of memory too',
    async (mebibytes) => {
      const memoryBudgetBytes = mebibytes * 1024 * 1024
      const execution = await executeReally(detector, {
        batchSize: 4,
        dims: { 'x:2': 320, 'x:3': 320 },
        memoryBudgetBytes,
      })
      expect(expectOutcome(execution, 'out-of-memory').memoryOwner).toBe('host')
    },
  )
})

describe('an execution that is ended', () => {
  it('by a kill from outside is crashed', async () => {
    let hostPid = 0
    const execution = await executeReally(classifier, {
      dims: small,
      onHost: (pid) => (hostPid = pid),
      onPhase: (phase) => phase === 'warming-up' && process.kill(hostPid, 'SIGKILL'),
    })
    const { failure, phase } = expectOutcome(execution, 'crashed')
    expect(failure.message).toBe(
      'The session host was killed from outside (SIGKILL) while warming up at batch size 1.',
    )
    expect(phase).toBe('warming-up')
  })

  it('by its time limit is timed out, although its host is in the middle of a run', async () => {
    const execution = await executeReally(detector, {
      batchSize: 24,
      dims: large,
      rules: { timeoutMs: 1200 },
    })
    const { failure } = expectOutcome(execution, 'timed-out')
    expect(failure.message).toBe('Batch size 24 took longer than 1,200 ms and was ended.')
  })

  it('by the user is cancelled, with the reason given, and its host is gone', async () => {
    const abort = new AbortController()
    const reason = { code: 'skipped-by-user', owner: 'user', message: 'Skipped.' }
    let hostPid = 0
    const execution = await executeReally(detector, {
      batchSize: 24,
      dims: large,
      signal: abort.signal,
      onHost: (pid) => (hostPid = pid),
      onPhase: (phase) => phase === 'first-inference' && abort.abort(reason),
    })
    expect(expectOutcome(execution, 'cancelled').failure).toEqual(reason)
    expect(() => process.kill(hostPid, 0)).toThrow('ESRCH')
  })

  it('before it began never starts a host', async () => {
    const reason = { code: 'cancelled', owner: 'user', message: 'Stopped.' }
    const onPhase = (phase: ExecutionPhase) => expect.fail(`It entered ${phase}.`)
    const execution = await executeReally(classifier, {
      dims: small,
      signal: AbortSignal.abort(reason),
      onPhase,
    })
    expect(expectOutcome(execution, 'cancelled').failure).toEqual(reason)
  })
})

describe('an execution that fails', () => {
  it('on a damaged model says that the file is damaged', async () => {
    const loadFrom = await modelFile('damaged.onnx', 'this is no model')
    const { failure, phase } = expectOutcome(
      await executeReally(classifier, { dims: small, loadFrom }),
      'failed',
    )
    expect(failure.code).toBe('model-damaged')
    expect(phase).toBe('loading')
  })

  it('on a model that is gone says so', async () => {
    const loadFrom = join(folder, 'gone.onnx')
    const { failure } = expectOutcome(await executeReally(classifier, { dims: small, loadFrom }), 'failed')
    expect(failure.code).toBe('not-found')
  })

  it('on an input that is not planned names it', async () => {
    const inputs: InputPlan[] = [
      { name: 'other', type: 'float32', shape: [1], fill: { kind: 'constant', value: 0 } },
    ]
    const { failure } = expectOutcome(await executeReally(classifier, { dims: small, inputs }), 'failed')
    expect(failure).toMatchObject({ code: 'inference', owner: 'model' })
    expect(failure.message).toContain('"x"')
  })

  it('on a batch size that the model does not take says which it takes', async () => {
    const model = await modelFile('fixed.onnx', identityModel('float32', 1))
    const inputs: InputPlan[] = [
      { name: 'x', type: 'float32', shape: [4, 4], fill: { kind: 'constant', value: 0 } },
    ]
    const { failure } = expectOutcome(await executeReally(model, { batchSize: 4, inputs }), 'failed')
    expect(failure.code).toBe('batch-mismatch')
    expect(failure.message).toContain('axis 0: got 4, expected 1')
  })

  it('on a provider that is not here says so', async () => {
    const executionProvider = process.platform === 'darwin' ? 'dml' : 'coreml'
    const { failure } = expectOutcome(
      await executeReally(classifier, { dims: small, executionProvider }),
      'failed',
    )
    expect(failure.code).toBe('provider-unavailable')
    expect(failure.message).toContain(executionProvider)
  })
})
