import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
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
  clock = new ManualClock(),
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
      clock,
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
      'Profiling 1 of 3: batch 1 on cuda, to see where the time goes. All of it takes less than a minute, and can be stopped: everything is measured.',
      'Profiling 2 of 3: batch 2 on cuda.',
      'Profiling 3 of 3: batch 4 on cuda.',
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

  it('profiles eight batch sizes of a series at most, the smallest and the largest among them', async () => {
    const { requests, said } = await profile(profiled, sweep(Array.from({ length: 30 }, (_, at) => at + 1)))
    const sizes = requests.map(({ inputs }) => inputs[0]?.shape[0])
    expect(sizes).toHaveLength(8)
    expect(sizes).toEqual(expect.arrayContaining([1, 2, 4, 8, 16, 30]))
    expect(said.at(-1)).toBe('Profiling 8 of 8: batch 30 on cuda.')
  })

  it('goes on with what is left where it was interrupted, and chooses no others for what was done', async () => {
    const experiment = sweep(Array.from({ length: 30 }, (_, at) => at + 1))
    const first = await profile(profiled, experiment)
    const known = first.times.slice(0, 5)
    const trialTimes = new Map(known.map((time) => [time.trialId, time]))
    const second = await profile(profiled, { ...experiment, trialTimes })
    expect([...known, ...second.times].map(({ trialId }) => trialId)).toEqual(
      first.times.map(({ trialId }) => trialId),
    )
    expect(second.said[0]).toMatch(/^Profiling 1 of 3: batch \d+ on cuda, to see/)
  })

  it('takes for shape work along a series what its smallest batch size shows', async () => {
    const sized = ({ inputs }: Profile) => {
      const many = { int64: [Number(inputs[0]?.shape[0]) * 40] }
      return profileText(
        Array.from({ length: 3 }, () => ({
          copyInUs: 1,
          nodes: [
            { name: '/concat', operator: 'Concat', provider: 'CPUExecutionProvider', us: 5, inputs: [many] },
          ],
          copyOutUs: 1,
        })),
      )
    }
    const { times } = await profile(async (request, host) => {
      await write(request, sized(request))
      host.say({ message: 'profiled', runs: 2, inputBytes: 1, outputBytes: 1 })
    })
    expect(times.map(({ breakdown }) => breakdown?.shapeNodes)).toEqual([1, 1, 1])
    expect(times.map(({ breakdown }) => breakdown?.fallback)).toEqual([undefined, undefined, undefined])
  })

  it('removes profiles that a killed process left a day ago, and no younger ones', async () => {
    const folder = join(dataFolder, 'cache/profiles')
    await mkdir(folder, { recursive: true })
    for (const [name, hours] of Object.entries({ old: 25, young: 23 })) {
      await writeFile(join(folder, name), '[')
      const then = new Date(Date.parse(new ManualClock().wallTime()) - hours * 3_600_000)
      await utimes(join(folder, name), then, then)
    }
    await profile(profiled, sweep([1]))
    expect(await profiles()).toEqual(['young'])
  })

  it('ends one that takes much longer than expected, long before the time limit of an execution', async () => {
    const clock = new ManualClock()
    const experiment = sweep([1])
    const [measured] = experiment.executions
    let asked: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      asked = resolve
    })
    const running = profile(() => asked(), experiment, undefined, clock)
    await begun
    await clock.advance(3 * (measured?.execution.durationMs ?? 0) + 40_000)
    const { problems, hosts } = await running
    expect(problems).toEqual(['It could not be profiled: The model took too long and was ended.'])
    expect(hosts[0]?.kills).toEqual(['SIGKILL'])
    expect(clock.now()).toBeLessThan(experiment.record.spec.rules.timeoutMs)
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
    const sizes = [1, 2, 4, 8]
    const { executions } = sweep(sizes)
    const measuredMs = executions.reduce((sum, { execution }) => sum + execution.durationMs, 0)
    expect(await profile(profiled, sweep(sizes, { timeBudgetMs: measuredMs + 10 }))).toMatchObject({
      ...{ hosts: [], said: [] },
      problems: Array(4).fill('Not profiled: the time budget was used up.'),
    })
    const { problems } = await profile(profiled, sweep(sizes, { timeBudgetMs: measuredMs + 60_000 }))
    expect(problems).toEqual(Array(4).fill(undefined))
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
