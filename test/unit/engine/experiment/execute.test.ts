import { beforeEach, describe, expect, it } from 'vitest'
import type { HostRequest } from '../../../../electron/contract/host-protocol.ts'
import type { ModelDescription } from '../../../../electron/contract/model.ts'
import { executeTrial, type ExecuteContext } from '../../../../electron/engine/experiment/execute.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const model: ModelDescription = {
  sha256: '00',
  path: '/m.onnx',
  name: 'm.onnx',
  bytes: 1,
  irVersion: 8,
  opset: 16,
  opsets: [],
  producer: '',
  graphName: '',
  parameters: 0,
  parameterBytes: 0,
  nodes: 1,
  operators: [],
  inputs: [],
  outputs: [{ name: 'y', type: 'float32', shape: ['n', 2], batchAxis: 0 }],
  freeDimensions: [],
  externalData: [],
  warnings: [],
}

type Answers = Partial<Record<HostRequest['request'], (host: FakeHost) => void>>

/** A host on which everything goes well; the output's shape as given. */
function goodAnswers(outputShape: number[]): Answers {
  let windows = 0
  return {
    prepare: (host) =>
      host.say(
        { message: 'loaded', loadMs: 12 },
        { message: 'first-inference', ms: 3, outputs: [{ name: 'y', shape: outputShape }] },
      ),
    sample: (host) => {
      const phase = windows === 0 ? 'warming-up' : 'measuring'
      windows += 1
      const samplesMs = Array.from({ length: 100 }, (_, i) => 10 + (i % 3) * 0.01)
      host.say({ message: 'samples', phase, samplesMs, elapsedMs: 1000 })
      host.say({ message: 'window-ended', phase, windowMs: 1001 })
    },
    end: (host) => {
      host.say({ message: 'ending', peakResidentBytes: 700 })
      host.exit({ peakResidentBytes: 650 })
    },
  }
}

let host: FakeHost
let clock: ManualClock
beforeEach(() => {
  host = new FakeHost()
  clock = new ManualClock()
})

function execute(answers: Answers, options: Partial<ExecuteContext> & { provider?: 'cpu' | 'cuda' } = {}) {
  host.answer = ({ request }) => answers[request]?.(host)
  const running = executeTrial({
    ports: { clock, hosts: { launch: () => host } },
    runtime: undefined,
    model,
    spec: {
      factors: {
        batchSizes: { kind: 'list', values: [4] },
        executionProviders: [options.provider ?? 'cpu'],
        threads: [],
        dims: {},
      },
      rules: defaultRules,
      constraints: {},
      seed: 1,
      batchAxes: {},
    },
    trial: {
      id: 't1',
      experimentId: 'e1',
      config: { batchSize: 4, executionProvider: options.provider ?? 'cpu', dims: {} },
      reason: '',
    },
    executionId: 't1.1',
    block: 2,
    inputs: [],
    freeDimensionOverrides: {},
    signal: new AbortController().signal,
    onPhase: () => undefined,
    onSamples: () => undefined,
    onHost: () => undefined,
    memoryPeaks: () => ({ hostPeakBytes: 600, devicePeakBytes: 50, deviceBaselineBytes: 9 }),
    ...options,
  })
  host.say({ message: 'ready', clock: 'test clock' })
  return running
}

describe('an execution', () => {
  it('keeps what it was expected to need, however it ends', async () => {
    const predictedMemory = { of: 'host' as const, bytes: 800 }
    expect(await execute(goodAnswers([4, 2]), { predictedMemory })).toMatchObject({ predictedMemory })
    const cancelled = { predictedMemory, signal: AbortSignal.abort() }
    expect(await execute(goodAnswers([4, 2]), cancelled)).toMatchObject({
      outcome: 'cancelled',
      predictedMemory,
    })
  })

  it('that completes has everything that was measured', async () => {
    expect(await execute(goodAnswers([4, 2]))).toEqual({
      id: 't1.1',
      trialId: 't1',
      block: 2,
      startedAt: '1970-01-01T00:00:00.000Z',
      durationMs: 0,
      memory: { hostPeakBytes: 700, devicePeakBytes: 50, deviceBaselineBytes: 9 },
      outcome: 'completed',
      samplesMs: expect.toSatisfy((samples: number[]) => samples.length === 100),
      windowMs: 1001,
      loadMs: 12,
      firstInferenceMs: 3,
      warmup: { samples: 100, ms: 1001, steady: true },
      endedBy: 'interval',
      outputBatch: 4,
      clock: 'test clock',
      flags: [],
    })
  })

  it('on a model that ignores the batch is flagged, with what was seen', async () => {
    expect(await execute(goodAnswers([1, 2]))).toMatchObject({
      outcome: 'completed',
      outputBatch: 1,
      flags: [
        { name: 'batch-ignored', reason: 'output "y" has size 1 along its batch axis 0 at batch size 4' },
      ],
    })
  })

  it('whose host crashes while it cleans up is completed: what is measured is measured', async () => {
    const answers: Answers = { ...goodAnswers([4, 2]), end: (ending) => ending.exit({ signal: 'SIGSEGV' }) }
    expect(await execute(answers)).toMatchObject({ outcome: 'completed', memory: { hostPeakBytes: 600 } })
  })

  it('whose host crashes while measuring says where', async () => {
    const answers: Answers = {
      ...goodAnswers([4, 2]),
      sample: (crashing) =>
        crashing.exit({ signal: 'SIGSEGV', standardError: 'oh no', peakResidentBytes: 800 }),
    }
    expect(await execute(answers)).toMatchObject({
      outcome: 'crashed',
      phase: 'warming-up',
      failure: { code: 'host-crashed', detail: 'oh no' },
      memory: { hostPeakBytes: 800 },
    })
  })

  it('that takes too long is timed out, and its host is killed', async () => {
    const running = execute({ ...goodAnswers([4, 2]), prepare: () => undefined })
    await clock.advance(defaultRules.timeoutMs)
    expect(await running).toMatchObject({
      outcome: 'timed-out',
      phase: 'loading',
      durationMs: defaultRules.timeoutMs,
      failure: { code: 'timed-out', message: 'Batch size 4 took longer than 300 s and was ended.' },
    })
    expect(host.kills).toEqual(['SIGKILL'])
  })

  it('that is aborted for time by its experiment is timed out', async () => {
    const failure = { code: 'timed-out', owner: 'user', message: 'The experiment is over.' }
    const execution = await execute(goodAnswers([4, 2]), { signal: AbortSignal.abort(failure) })
    expect(execution).toMatchObject({ outcome: 'timed-out', failure })
  })

  it('that cannot be started at all is failed, not thrown', async () => {
    const hosts = {
      launch() {
        throw new Error('no processes left')
      },
    }
    const execution = await execute({}, { ports: { clock, hosts } })
    expect(execution).toMatchObject({ outcome: 'failed', phase: 'starting', failure: { code: 'internal' } })
  })
})

describe('the samples of a window', () => {
  it('that never give a narrow interval end when their time is up', async () => {
    let elapsedMs = 0
    const answers = goodAnswers([4, 2])
    // Two levels that alternate slowly never give a narrow interval: every look says "go on".
    const report = (sampling: FakeHost) => {
      elapsedMs += 100
      const level = Math.floor(elapsedMs / 1000) % 2 === 0 ? 1 : 100
      const samplesMs = Array.from({ length: 10 }, () => level)
      sampling.say({ message: 'samples', phase: 'measuring', samplesMs, elapsedMs })
    }
    const warmUp = answers.sample
    let windows = 0
    const execution = await execute({
      ...answers,
      sample: (sampling) => {
        windows += 1
        if (windows === 1) return warmUp?.(sampling)
        while (elapsedMs < defaultRules.maximumMs) report(sampling)
        sampling.say({ message: 'window-ended', phase: 'measuring', windowMs: elapsedMs })
      },
    })
    expect(execution).toMatchObject({ outcome: 'completed', endedBy: 'time', windowMs: 10_000 })
  })
})
