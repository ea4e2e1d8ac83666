import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nodeClock } from '../../../../electron/adapters/node-clock.ts'
import { createNvidiaDevices } from '../../../../electron/adapters/nvidia-smi/devices.ts'
import type { CompletedExecution, TrialConfig } from '../../../../electron/contract/trial.ts'
import { ConditionsWatch } from '../../../../electron/engine/experiment/conditions.ts'
import { createTelemetry, type Telemetry } from '../../../../electron/engine/telemetry.ts'

const standIn = fileURLToPath(new URL('../../../fixtures/nvidia-smi', import.meta.url))
const cuda: TrialConfig = { batchSize: 4, executionProvider: 'cuda', device: 0, dims: {} }
const mebibyte = 1024 ** 2
const host = 4242

let telemetry: Telemetry | undefined
afterEach(async () => {
  await telemetry?.stop()
  vi.unstubAllEnvs()
})

/** Measures for a second on a machine that the stand-in plays. */
async function measureOn(machine: string) {
  vi.stubEnv('PATH', `${standIn}${delimiter}${process.env.PATH ?? ''}`)
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined)
  vi.stubEnv('NVIDIA_SMI_MACHINE', machine)
  vi.stubEnv('NVIDIA_SMI_HOST_PID', String(host))
  const ports = {
    clock: nodeClock,
    devices: createNvidiaDevices({ paths: ['nvidia-smi'] }),
    processes: {
      read: () => Promise.resolve(undefined),
      systemMemory: () => ({ usedBytes: 1, totalBytes: 2 }),
      processorUse: () => undefined,
      sharedDeviceMemory: () => Promise.resolve(undefined),
    },
  }
  await ports.devices.list()
  telemetry = createTelemetry(ports, { intervalMs: 50, userIntervalMs: 100 })
  const watch = new ConditionsWatch(ports, telemetry)
  let seen = 0
  telemetry.start((samples) => {
    seen += samples.filter(({ devices }) => devices.length > 0).length
  })
  await vi.waitFor(() => expect(seen).toBeGreaterThan(0), { timeout: 20_000 })
  // The stand-in plays one moment over and over: it lists the host before it begins and after it ended.
  telemetry.watchHost(host)
  telemetry.watchHost(undefined)
  // The baseline is the lowest of a whole turn of what it plays.
  await nodeClock.sleep(500)
  await watch.begin(cuda)
  telemetry.watchHost(host)
  watch.enter('measuring')
  await nodeClock.sleep(1000)
  watch.enter('ending')
  const peaks = telemetry.peaks(0)
  const flags = await watch.end()
  const executed = { samplesMs: [1, 2, 3], windowMs: 990 } as unknown as CompletedExecution
  return { peaks, flags, ...watch.energy(executed) }
}

describe.skipIf(process.platform === 'win32')('a window measured beside the tool', () => {
  it("has the host's own memory, whoever shares the device, and the energy of the items", async () => {
    const { peaks, flags, energy } = await measureOn('foreign-process')
    expect(peaks).toMatchObject({ devicePeakBytes: 3412 * mebibyte, deviceMeasuredBy: 'process' })
    expect(flags.find(({ name }) => name === 'shared-device')?.reason).toBe(
      'python3.12 (process 4711) had 21.6 GiB of the GPU while it was measured; whether that process computed, the driver does not tell',
    )
    expect(flags.find(({ name }) => name === 'throttled')?.reason).toContain('software power cap')
    // The stand-in goes round: 76, 413 and 700 W.
    expect(energy?.meanWatts).toBeGreaterThan(300)
    expect(energy?.meanWatts).toBeLessThan(500)
    expect(energy?.joulesPerItem).toBeCloseTo(((energy?.meanWatts ?? 0) * 0.99) / 12, 9)
  })

  it('has the difference of the device where the driver keeps the memory of processes to itself', async () => {
    const { peaks, flags } = await measureOn('hidden-memory')
    expect(peaks).toMatchObject({ deviceBaselineBytes: 524 * mebibyte, deviceMeasuredBy: 'difference' })
    expect(peaks.devicePeakBytes).toBe((12595 - 524) * mebibyte)
    expect(flags.map(({ name }) => name)).not.toContain('shared-device')
  })

  it('has the energy of the items, and no memory, where a container may not know it', async () => {
    const { peaks, energy } = await measureOn('mig-container')
    expect(peaks).toEqual({})
    expect(energy?.meanWatts).toBeCloseTo(95.11, 6)
  })
})
