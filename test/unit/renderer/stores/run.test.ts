import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { LiveTrial, RunEvent, RunSnapshot } from '../../../../electron/contract/run-event.ts'
import { provideClient } from '../../../../renderer/stores/connection.ts'
import { useRun } from '../../../../renderer/stores/run.ts'
import { createFakeClient, type FakeClient } from '../../../fixtures/fake-client.ts'

const identity = { projectId: 'p', experimentId: 'e' }

function snapshot(parts: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    ...identity,
    name: 'sweep',
    modelName: 'model.onnx',
    sequence: 10,
    startedMs: 1000,
    progress: { state: 'running', executionsDone: 0, executionsPlanned: 4, block: 1, blocks: 2 },
    trials: [],
    telemetry: [],
    windows: [],
    decisions: ['begin'],
    ...parts,
  }
}

const reading = (timeMs: number, residentBytes = 1e6) => ({
  timeMs,
  host: { residentBytes, cpuPercent: 100 },
  system: { memoryUsedBytes: 1, memoryTotalBytes: 2 },
  devices: [],
})
const event = (sequence: number, parts: Partial<RunEvent> = {}): RunEvent => ({
  ...identity,
  sequence,
  ...parts,
})

const planned = (id: string, executionProvider: 'cpu' | 'cuda', device?: number): LiveTrial => ({
  trial: {
    id,
    experimentId: 'e',
    config: { batchSize: 1, executionProvider, dims: {}, ...(device === undefined ? {} : { device }) },
    reason: 'asked for',
  },
  state: 'waiting',
  executionsDone: 0,
  executionsPlanned: 2,
})

let client: FakeClient
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  await nextTick()
}

async function runStore(run: RunSnapshot | null) {
  client = createFakeClient({
    currentRun: () => run,
    experimentHistory: () => ({ startedMs: 1000, telemetry: [], decisions: [], spans: [] }),
  })
  setActivePinia(createPinia())
  provideClient(client)
  const store = useRun()
  await settle()
  return store
}

describe('useRun', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('has no run before the first', async () => {
    const store = await runStore(null)
    expect([store.snapshot, store.isRunning, store.isKnown]).toEqual([null, false, true])
  })

  it('follows a run by its events', async () => {
    const store = await runStore(snapshot())
    client.emit('run', event(11, { decisions: ['double'], telemetry: [reading(1100)] }))
    expect(store.decisions).toEqual(['begin', 'double'])
    expect(store.latestTelemetry?.timeMs).toBe(1100)
    expect(store.telemetry().readings.length).toBe(1)
    expect(client.count('currentRun')).toBe(1)
  })

  it('passes over an event that the snapshot already holds', async () => {
    const store = await runStore(snapshot())
    client.emit('run', event(10, { decisions: ['begin'] }))
    expect(store.decisions).toEqual(['begin'])
  })

  it('fetches the run again when an event was lost', async () => {
    const store = await runStore(snapshot())
    client.answer('currentRun', () => snapshot({ sequence: 13, decisions: ['begin', 'lost', 'seen'] }))
    client.emit('run', event(13, { decisions: ['seen'] }))
    await settle()
    expect(store.decisions).toEqual(['begin', 'lost', 'seen'])
    client.emit('run', event(14, { decisions: ['next'] }))
    expect(store.decisions.at(-1)).toBe('next')
  })

  it('applies events that arrive while it fetches on top of what it gets', async () => {
    const store = await runStore(snapshot())
    let reply: (run: RunSnapshot) => void = () => {}
    client.answer('currentRun', () => new Promise<RunSnapshot>((resolve) => (reply = resolve)))
    client.emit('run', event(15))
    client.emit('run', event(16, { decisions: ['16'] }))
    client.emit('run', event(17, { decisions: ['17'] }))
    reply(snapshot({ sequence: 16, decisions: ['all until 16'] }))
    await settle()
    expect(store.decisions).toEqual(['all until 16', '17'])
  })

  it('turns to a new run that someone else started', async () => {
    const store = await runStore(snapshot())
    client.answer('currentRun', () => snapshot({ experimentId: 'other', name: 'new', sequence: 1 }))
    client.emit('run', event(1, { experimentId: 'other' }))
    await settle()
    expect(store.snapshot?.name).toBe('new')
  })

  it('does not fetch for ever when an event belongs to a run that is over', async () => {
    await runStore(snapshot())
    client.emit('run', event(99, { experimentId: 'gone' }))
    await settle()
    expect(client.count('currentRun')).toBe(2)
  })

  it('notices a resumed experiment that counts from one again', async () => {
    const store = await runStore(
      snapshot({
        progress: { state: 'stopped', executionsDone: 1, executionsPlanned: 4, block: 1, blocks: 2 },
      }),
    )
    client.answer('currentRun', () => snapshot({ sequence: 1 }))
    client.emit('run', event(1))
    await settle()
    expect(store.isRunning).toBe(true)
  })

  it('fetches the run again when the connection is back', async () => {
    await runStore(snapshot())
    client.setConnection('reconnecting')
    await settle()
    client.setConnection('connected')
    await settle()
    expect(client.count('currentRun')).toBe(2)
  })

  it('remembers when which trial was measured', async () => {
    const store = await runStore(snapshot())
    const progress = snapshot().progress
    client.emit(
      'run',
      event(11, { progress: { ...progress, current: { trialId: 'a', phase: 'loading', startedMs: 1100 } } }),
    )
    client.emit('run', event(12, { telemetry: [reading(1900)], progress: { ...progress, state: 'stopped' } }))
    expect(store.spans).toEqual([{ trialId: 'a', fromMs: 1100, toMs: 1900 }])
  })

  it('breaks the curves of what was measured between executions', async () => {
    const store = await runStore(snapshot())
    const progress = snapshot().progress
    const measured = (timeMs: number) => ({ timeMs, meanLatencyMs: 2, itemsPerSecond: 500, samples: 9 })
    client.emit('run', event(11, { windows: [measured(1200)] }))
    client.emit(
      'run',
      event(12, {
        progress: { ...progress, current: { trialId: 'b', phase: 'loading', startedMs: 1300 } },
        windows: [measured(1250), measured(1400)],
      }),
    )
    const { windows } = store.telemetry()
    const values = Array.from({ length: windows.length }, (_, row) => windows.valueAt('latencyMs', row))
    expect(values).toEqual([2, 2, NaN, 2])
  })

  it('shows what was measured before the page was there', async () => {
    client = createFakeClient({
      currentRun: () => snapshot({ telemetry: [reading(3000)] }),
      experimentHistory: () => ({
        startedMs: 1000,
        telemetry: [reading(1500), reading(3000)],
        decisions: [],
        spans: [{ trialId: 'a', spanMs: [1100, 2900] }],
      }),
    })
    setActivePinia(createPinia())
    provideClient(client)
    const store = useRun()
    await settle()
    expect(store.telemetry().readings.length).toBe(2)
    expect(store.spans).toEqual([{ trialId: 'a', fromMs: 1100, toMs: 2900 }])
  })

  it('draws the device that is measured on, also where the first trials run on the CPU', async () => {
    const store = await runStore(snapshot({ trials: [planned('t1', 'cpu')] }))
    expect(store.device).toBeUndefined()
    const devices = [
      { index: 0, memoryUsedBytes: 10 },
      { index: 1, memoryUsedBytes: 20 },
    ]
    client.emit(
      'run',
      event(11, { trials: [planned('t2', 'cuda', 1)], telemetry: [{ ...reading(1100), devices }] }),
    )
    expect(store.device).toBe(1)
    expect(store.telemetry().readings.valueAt('deviceBytes', 0)).toBe(20)
  })

  it('knows between two executions what was measured last', async () => {
    const store = await runStore(snapshot({ trials: [planned('t1', 'cpu'), planned('t2', 'cuda', 1)] }))
    expect(store.lastConfig).toBeUndefined()
    const { progress } = snapshot()
    client.emit(
      'run',
      event(11, { progress: { ...progress, current: { trialId: 't2', phase: 'loading', startedMs: 1100 } } }),
    )
    client.emit('run', event(12, { progress }))
    expect(store.currentTrial).toBeUndefined()
    expect(store.lastConfig?.executionProvider).toBe('cuda')
  })

  it('asks the engine to stop and to skip, for the run that it shows', async () => {
    const store = await runStore(snapshot())
    client.answer('stopExperiment', () => ({}))
    client.answer('skipTrial', () => ({}))
    await store.skip('t7')
    await store.stop()
    expect(client.calls.slice(-2)).toEqual([
      { name: 'skipTrial', params: { ...identity, trialId: 't7' } },
      { name: 'stopExperiment', params: identity },
    ])
  })

  it('knows the answer of a run that is over', async () => {
    const store = await runStore(snapshot())
    expect(store.answer).toBe(null)
    const progress = { ...snapshot().progress, state: 'finished' as const }
    client.emit('run', event(11, { progress }))
    await settle()
    expect(store.answer?.headline).toMatch(/^Use batch/)
  })
})
