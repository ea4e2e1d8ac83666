import type { Device, Environment } from '../../../../electron/contract/environment.ts'
import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import type { HostRequest } from '../../../../electron/contract/host-protocol.ts'
import type { TrialConfig } from '../../../../electron/contract/trial.ts'
import type { DeviceUser, Ports } from '../../../../electron/engine/ports.ts'
import { Runner } from '../../../../electron/engine/experiment/runner.ts'
import { createFold, type Fold } from '../../../../electron/engine/project/fold.ts'
import type { Telemetry } from '../../../../electron/engine/telemetry.ts'
import { environmentFixture, modelFixture } from '../../../fixtures/experiment-state.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

/** What a session host comes to: it measures, or throws these words (with these in its log) in this phase. */
export type HostFate =
  'measures' | { phase: 'load' | 'first-inference' | 'sample'; text: string; logged?: string }

/** A machine on which session hosts come to what the test says. */
export interface DeviceRig {
  /** Of the execution that begins now, the n-th of all from 1. */
  fate(config: Pick<TrialConfig, 'batchSize' | 'executionProvider' | 'device'>, nth: number): HostFate
  /** What the driver lists now. */
  listed?: () => readonly Device[] | { unavailable: string }
  /** Use of a device before an execution and at its highest. */
  memory?: { beforeBytes: number; peakBytes: number }
  users?: readonly DeviceUser[]
  /** Told what is done when nothing is left to be measured. */
  doing?: (activity: string, runner: Runner) => void
}

export const gpus: Device[] = [0, 1].map((index) => ({
  index,
  name: 'NVIDIA A10',
  memoryTotalBytes: 24 * 1024 ** 3,
}))

/** A project with one experiment that has not begun. */
export function newExperiment(spec: ExperimentSpec): Fold {
  const created = '2026-01-01T00:00:00.000Z'
  const fold = createFold({
    ...{ format: 'batchscope-project', formatVersion: 1, creator: 'test', creatorVersion: '0', created },
  })
  const environment: Environment = { ...environmentFixture, devices: gpus }
  fold.apply({
    ...{ record: 'experiment', id: 'e1', name: 'test', modelSha256: modelFixture.sha256 },
    ...{ spec, environment, started: created, startedMs: 0 },
  })
  return fold
}

/** Runs the experiment of a project to its end, or on from where it ended. Gives how it ended and what ran, in order. */
export async function run(fold: Fold, rig: DeviceRig) {
  const experiment = fold.state.experiments.get('e1')
  if (experiment === undefined) throw new Error('The project has no experiment.')
  const ran: string[] = []
  const clock = new ManualClock()
  const ports = {
    clock,
    hosts: { launch: () => hostFor(rig, ran) },
    devices: {
      list: () => Promise.resolve(listing(rig.listed?.() ?? gpus)),
      users: () => Promise.resolve([...(rig.users ?? [])]),
    },
    files: {
      dataFolder: '/data',
      resolve: (...parts: string[]) => parts.join('/'),
      list: () => Promise.resolve([]),
    },
    processes: { processorUse: () => undefined, sharedDeviceMemory: () => Promise.resolve(undefined) },
  } as unknown as Ports
  const runner = new Runner({
    ports,
    project: {
      append: (record) => {
        fold.apply(record)
        return Promise.resolve()
      },
    },
    experiment,
    models: { reference: modelFixture, variants: new Map() },
    runtimes: [],
    telemetry: telemetryOf(rig),
    listener: {
      trialChanged: () => undefined,
      phaseChanged: () => undefined,
      samplesTaken: () => undefined,
      decided: () => undefined,
      doing: (activity) => rig.doing?.(activity, runner),
      writeFailed: () => undefined,
    },
  })
  const ended = await runner.run()
  return { ended, ran, experiment }
}

function listing(listed: readonly Device[] | { unavailable: string }) {
  if ('unavailable' in listed) {
    return { devices: [], telemetry: { available: false as const, reason: listed.unavailable } }
  }
  return { devices: [...listed], telemetry: { available: true as const, source: 'nvidia-smi' } }
}

function telemetryOf({ memory }: DeviceRig): Telemetry {
  const peaks = memory && { deviceBaselineBytes: memory.beforeBytes, devicePeakBytes: memory.peakBytes }
  return {
    start: () => undefined,
    readEvery: () => Promise.resolve(),
    watchHost: () => undefined,
    lastHostPid: undefined,
    peaks: () => peaks ?? {},
    beginWindow: () => undefined,
    endWindow: () => ({
      devices: [],
      swap: { systemBytes: undefined, hostBytes: undefined },
      others: [],
      hostListed: false,
    }),
    stop: () => Promise.resolve(),
  }
}

function hostFor(rig: DeviceRig, ran: string[]): FakeHost {
  const host = new FakeHost()
  let fate: HostFate = 'measures'
  let windows = 0
  const dieIn = (phase: 'load' | 'first-inference' | 'sample') => {
    if (fate === 'measures' || fate.phase !== phase) return false
    host.say({ message: 'failed', phase, name: 'Error', text: fate.text })
    host.exit({ code: 1, standardError: fate.logged ?? '' })
    return true
  }
  const prepare = (request: Extract<HostRequest, { request: 'prepare' }>) => {
    const { executionProvider, device } = request
    const batchSize = request.inputs[0]?.shape[0] ?? 0
    ran.push(`${executionProvider}${device === undefined ? '' : `:${device}`} ${batchSize}`)
    fate = rig.fate({ executionProvider, batchSize, ...(device !== undefined && { device }) }, ran.length)
    if (dieIn('load')) return
    host.say({ message: 'loaded', loadMs: 10 })
    if (dieIn('first-inference')) return
    host.say({ message: 'first-inference', ms: 5, outputs: [{ name: 'logits', shape: [batchSize, 1000] }] })
  }
  host.answer = (request) => {
    if (request.request === 'prepare') return prepare(request)
    if (request.request === 'end') return host.exit({})
    if (request.request === 'profile') {
      host.say({ message: 'failed', phase: 'load', name: 'Error', text: 'no profile' })
      return host.exit({ code: 1 })
    }
    if (request.request !== 'sample' || dieIn('sample')) return
    windows += 1
    const phase = windows === 1 ? 'warming-up' : 'measuring'
    const samplesMs = Array.from({ length: 100 }, (_, at) => 10 + (at % 3) * 0.01)
    host.say({ message: 'samples', phase, samplesMs, elapsedMs: 1000 })
    host.say({ message: 'window-ended', phase, windowMs: 1001 })
  }
  queueMicrotask(() => host.say({ message: 'ready', clock: 'test' }))
  return host
}
