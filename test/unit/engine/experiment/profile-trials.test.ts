import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNodeFiles } from '../../../../electron/adapters/node-files.ts'
import type { Constraints } from '../../../../electron/contract/experiment.ts'
import type { HostRequest } from '../../../../electron/contract/host-protocol.ts'
import type { TrialTime } from '../../../../electron/contract/time-breakdown.ts'
import { profileTrials } from '../../../../electron/engine/experiment/profile-trials.ts'
import type { HostLaunchOptions, HostRuntime } from '../../../../electron/engine/ports.ts'
import type { ExperimentState } from '../../../../electron/engine/project/state.ts'
import { modelFixture, simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { profileText } from '../../../fixtures/profile-text.ts'

type Profile = Extract<HostRequest, { request: 'profile' }>
type Behaviour = (request: Profile, host: FakeHost, stop: () => void) => Promise<void> | void

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-profile-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

const profiles = () => readdir(join(dataFolder, 'cache/profiles')).catch(() => [])

/** Eleven calls in which 2 of 3 nodes run on the device. */
const text = profileText(
  Array.from({ length: 11 }, () => ({
    copyInUs: 100,
    nodes: [
      { name: '/conv', operator: 'Conv', provider: 'CUDAExecutionProvider', us: 50 },
      { name: '/topk', operator: 'TopK', provider: 'CPUExecutionProvider', us: 20 },
      { name: '/gemm', operator: 'Gemm', provider: 'CUDAExecutionProvider', us: 30 },
    ],
    copyOutUs: 800,
  })),
)
const write = async ({ profilePrefix }: Profile, content = text) => {
  await createNodeFiles({ dataFolder, resourcesFolder: dataFolder }).write(
    `${profilePrefix}_2026-03-14_09-26-53_589.json`,
    content,
  )
}
const profiled: Behaviour = async (request, host) => {
  await write(request)
  host.say({ message: 'profiled', runs: 10, inputBytes: 602_112, outputBytes: 4000 })
}
const failing = (_: Profile, host: FakeHost) => {
  host.say({ message: 'failed', phase: 'sample', name: 'Error', text: 'CUDNN_STATUS_EXECUTION_FAILED' })
  host.exit({ code: 1 })
}

/** A sweep on cuda in which everything fits. */
function sweep(batchSizes: number[] = [1, 2, 4], constraints: Constraints = {}) {
  const series = { executionProvider: 'cuda' as const, batchSizes, machine: { limitBytes: 2 ** 40 } }
  return simulatedExperiment([series], { spec: { constraints } })
}

async function profile(
  behave: Behaviour,
  experiment: ExperimentState = sweep(),
  runtimeOf: () => HostRuntime | undefined = () => undefined,
) {
  const hosts: FakeHost[] = []
  const launched: HostLaunchOptions[] = []
  const requests: Profile[] = []
  const said: string[] = []
  const times: TrialTime[] = []
  const stop = new AbortController()
  await profileTrials({
    ports: {
      hosts: {
        launch: (options) => {
          const host = new FakeHost()
          hosts.push(host)
          launched.push(options)
          host.answer = (request) => {
            if (request.request === 'end') host.exit()
            if (request.request !== 'profile') return
            requests.push(request)
            void behave(request, host, () => stop.abort())
          }
          queueMicrotask(() => host.say({ message: 'ready', clock: 'fake' }))
          return host
        },
      },
      clock: new ManualClock(),
      files: createNodeFiles({ dataFolder, resourcesFolder: dataFolder }),
    },
    models: { reference: modelFixture, variants: new Map() },
    experiment,
    runtimeOf,
    signal: stop.signal,
    say: async (sentence) => void said.push(sentence),
    record: async (time) => void times.push(time),
  })
  return { hosts, launched, requests, said, times, problems: times.map(({ problem }) => problem) }
}

describe('profiling where the time goes', () => {
  it('runs every trial of a device once more in a host of its own, and records what its profile shows', async () => {
    const { hosts, requests, said, times } = await profile(profiled)
    expect(said).toEqual([
      "Running what was measured on cuda a few times more, with ONNX Runtime's profiler, to see where the time goes.",
    ])
    expect(hosts).toHaveLength(3)
    expect(requests.map(({ inputs }) => inputs[0]?.shape[0])).toEqual([1, 2, 4])
    expect(requests[0]).toMatchObject({
      ...{ modelPath: modelFixture.path, executionProvider: 'cuda', device: 0 },
      ...{ warmups: 3, runs: 10, maximumMs: 2000, freeDimensionOverrides: { batch: 1 } },
    })
    expect(times.map(({ trialId }) => trialId)).toEqual(['e1.1', 'e1.2', 'e1.3'])
    expect(times[0]?.breakdown).toMatchObject({
      ...{ runs: 10, callMs: 1, copyInMs: 0.1, executeMs: 0.1, copyOutMs: 0.8, inputBytes: 602_112 },
      ...{ fallback: { count: 1, nodes: [{ name: '/topk', operator: 'TopK' }] }, bound: { kind: 'compute' } },
    })
  })

  it('leaves no profile behind, whether it was read or not, nor that of a try that was broken off', async () => {
    const experiment = sweep([1])
    const { requests } = await profile(profiled, experiment)
    expect(await profiles()).toEqual([])
    await writeFile(`${requests[0]?.profilePrefix ?? ''}_2026-01-01_00-00-00_000.json`, '[')
    await profile(async (request, host) => {
      await write(request, '[')
      failing(request, host)
    }, experiment)
    expect(await profiles()).toEqual([])
  })

  it('leaves the CPU alone, what ran out of memory or was skipped, and what was profiled before', async () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cpu', batchSizes: [1, 2] },
      { executionProvider: 'cuda', batchSizes: [1, 2, 64, 128, 256] },
    ])
    const known: TrialTime = { trialId: 'e1.3', problem: 'It was lost.' }
    const { times } = await profile(profiled, { ...experiment, trialTimes: new Map([['e1.3', known]]) })
    expect(times.map(({ trialId }) => trialId)).toEqual(['e1.4', 'e1.5'])
    const nothing = await profile(
      profiled,
      simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1] }]),
    )
    expect(nothing).toMatchObject({ said: [], hosts: [], times: [] })
  })

  it('loads the runtime that was measured, under the same memory budget', async () => {
    const experiment = sweep([1], { memoryBudgetBytes: 2 ** 30 })
    const runtime = { folder: '/data/runtimes/cuda13', libraryFolders: ['/data/cudnn'] }
    const { launched } = await profile(profiled, experiment, () => runtime)
    expect(launched).toEqual([{ memoryBudgetBytes: 2 ** 30, runtime }])
  })

  it('says why a trial could not be profiled, and goes on until two in a row failed', async () => {
    const { problems, hosts } = await profile(failing, sweep([1, 2, 4, 8]))
    expect(problems[0]).toMatch(/^It could not be profiled: \S.*\.$/)
    expect(problems.slice(2)).toEqual(Array(2).fill('Not profiled: smaller batch sizes had failed already.'))
    expect(hosts).toHaveLength(2)
  })

  it('says so when the host dies, the runtime is gone, or there is no profile or nothing in it', async () => {
    const died = await profile((_, host) => host.exit({ signal: 'SIGSEGV' }), sweep([1]))
    expect(died.problems[0]).toMatch(/^It could not be profiled: .*SIGSEGV/)
    const gone = () => {
      throw new Error('The runtime "cuda13" is not installed.')
    }
    const { problems, hosts } = await profile(profiled, sweep([1]), gone)
    expect(problems[0]).toContain('The runtime "cuda13" is not installed.')
    expect(hosts).toEqual([])
    const answered = (_: Profile, host: FakeHost) =>
      host.say({ message: 'profiled', runs: 9, inputBytes: 1, outputBytes: 1 })
    expect((await profile(answered, sweep([1]))).problems).toEqual(['ONNX Runtime wrote no profile.'])
    const empty: Behaviour = async (request, host) => {
      await write(request, '[]')
      answered(request, host)
    }
    expect((await profile(empty, sweep([1]))).problems).toEqual([
      "ONNX Runtime's profile has no complete call.",
    ])
  })

  it('passes over what would not end within the time budget', async () => {
    const { executions } = sweep([1, 2])
    const measuredMs = executions.reduce((sum, { execution }) => sum + execution.durationMs, 0)
    expect(await profile(profiled, sweep([1, 2], { timeBudgetMs: measuredMs + 10 }))).toMatchObject({
      hosts: [],
      problems: Array(2).fill('Not profiled: the time budget was used up.'),
    })
    const { problems } = await profile(profiled, sweep([1, 2], { timeBudgetMs: measuredMs + 60_000 }))
    expect(problems).toEqual([undefined, undefined])
  })

  it('stops at once when it is told to, and records nothing of what it was at', async () => {
    const { times, hosts } = await profile(async (request, host, stop) => {
      if (request.inputs[0]?.shape[0] === 1) return profiled(request, host, stop)
      await write(request, '[')
      stop()
    })
    expect(times.map(({ trialId }) => trialId)).toEqual(['e1.1'])
    expect(hosts.map(({ kills }) => kills)).toEqual([[], ['SIGKILL']])
    expect(await profiles()).toEqual([])
  })
})
