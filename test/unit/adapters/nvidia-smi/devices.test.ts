import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createNvidiaDevices,
  type NvidiaDevicesOptions,
} from '../../../../electron/adapters/nvidia-smi/devices.ts'
import type { DeviceReading } from '../../../../electron/contract/telemetry.ts'
import type { DeviceProbe, DeviceUser } from '../../../../electron/engine/ports.ts'

const standIn = fileURLToPath(new URL('../../../fixtures/nvidia-smi', import.meta.url))
const nowhere = fileURLToPath(new URL('.', import.meta.url))
const mebibyte = 1024 * 1024
const host = 4242

let rounds: DeviceReading[][]
let problems: (string | undefined)[]
let watches: { stop(): Promise<void> }[]

beforeEach(() => {
  rounds = []
  problems = []
  watches = []
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined)
})
afterEach(async () => {
  await Promise.all(watches.map((watch) => watch.stop()))
  vi.unstubAllEnvs()
})

function on(
  machine: string,
  environment: Record<string, string> = {},
  options: NvidiaDevicesOptions = { paths: ['nvidia-smi'] },
): DeviceProbe {
  vi.stubEnv('PATH', `${standIn}${delimiter}${process.env.PATH ?? ''}`)
  const variables = { NVIDIA_SMI_MACHINE: machine, NVIDIA_SMI_HOST_PID: String(host), ...environment }
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  return createNvidiaDevices(options)
}

/** Watches the devices until `enough` says so of the rounds of readings so far. */
async function watchUntil(
  devices: DeviceProbe,
  enough: (rounds: DeviceReading[][]) => boolean,
): Promise<void> {
  watches.push(
    devices.watch(
      20,
      (readings) => rounds.push(readings),
      (problem) => problems.push(problem),
    ),
  )
  await vi.waitFor(() => expect(enough(rounds)).toBe(true), { timeout: 20_000 })
}

/** The same of those who compute. */
async function usersUntil(
  devices: DeviceProbe,
  enough: (rounds: DeviceUser[][]) => boolean,
): Promise<DeviceUser[][]> {
  const seen: DeviceUser[][] = []
  watches.push(devices.watchUsers(20, (users) => seen.push(users)))
  await vi.waitFor(() => expect(enough(seen)).toBe(true), { timeout: 20_000 })
  return seen
}

// The stand-in is a script with a first line that says what runs it, which Windows does not know.
describe.skipIf(process.platform === 'win32')('the devices', () => {
  it('are listed with the name of the tool that tells of them', async () => {
    const { devices, telemetry } = await on('two-devices').list()
    expect(devices.map(({ index, name, memoryTotalBytes }) => [index, name, memoryTotalBytes])).toEqual([
      [0, 'NVIDIA GeForce RTX 4090', 24564 * mebibyte],
      [1, 'NVIDIA T400', 2048 * mebibyte],
    ])
    expect(telemetry).toEqual({ available: true, source: 'nvidia-smi' })
  })

  it('are listed with the instances that they are divided into', async () => {
    const { devices } = await on('mig').list()
    expect(devices.map(({ migInstances }) => migInstances?.map(({ name }) => name))).toEqual([
      ['MIG 3g.20gb', 'MIG 3g.20gb'],
      undefined,
    ])
  })

  it('are listed without what a container may not know', async () => {
    const { devices } = await on('mig-container').list()
    expect(devices).toMatchObject([
      { name: 'NVIDIA A100-SXM4-80GB', migInstances: [{ name: 'MIG 3g.40gb' }] },
    ])
    expect(devices[0]).not.toHaveProperty('memoryTotalBytes')
  })

  it('are listed as CUDA numbers them, without those that are hidden from it', async () => {
    const probe = on('two-devices', { CUDA_VISIBLE_DEVICES: '1' })
    expect((await probe.list()).devices).toMatchObject([{ index: 0, name: 'NVIDIA T400' }])
    expect(await probe.users()).toMatchObject([{ pid: 4712, device: 0 }])
    await watchUntil(probe, ({ length }) => length >= 1)
    expect(rounds[0]).toMatchObject([{ index: 0, memoryUsedBytes: 310 * mebibyte }])
  })

  it('that are all hidden are none, and the reason is told', async () => {
    const { devices, telemetry } = await on('two-devices', { CUDA_VISIBLE_DEVICES: '' }).list()
    expect(devices).toEqual([])
    expect(telemetry.available || telemetry.reason).toContain('hides every device')
  })

  it('that still answer are listed when another is lost', async () => {
    const { devices, telemetry } = await on('gpu-lost').list()
    expect(devices).toMatchObject([{ index: 1, name: 'NVIDIA GeForce RTX 5070 Ti' }])
    expect(telemetry.available).toBe(true)
  })

  it.each([
    [
      'no-driver',
      "nvidia-smi says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    ['no-device', 'nvidia-smi says: No devices were found'],
    [
      'nvml-mismatch',
      'nvidia-smi says: Failed to initialize NVML: Driver/library version mismatch (NVML library version: 580.126). The driver was updated while the old one is still loaded: restart the machine.',
    ],
  ])('are none on the machine "%s", and the reason is told', async (machine, reason) => {
    const { devices, telemetry } = await on(machine).list()
    expect(devices).toEqual([])
    expect(telemetry.available || telemetry.reason).toContain(reason)
  })

  it('are none where there is no such tool, and watching gives nothing', async () => {
    const probe = createNvidiaDevices({ paths: [join(nowhere, 'nvidia-smi')] })
    const { devices, telemetry } = await probe.list()
    expect(devices).toEqual([])
    expect(telemetry.available || telemetry.reason).toContain('There is no NVIDIA driver here')
    const watch = probe.watch(20, (readings) => rounds.push(readings))
    await watch.stop()
    expect(rounds).toEqual([])
  })

  it('are none where the tool does not answer, and nobody waits for it', async () => {
    const probe = on('one-device', { NVIDIA_SMI_HANGS: '1' }, { paths: ['nvidia-smi'], answerLimitMs: 200 })
    const { telemetry } = await probe.list()
    expect(telemetry).toEqual({ available: false, reason: 'nvidia-smi did not answer within 0.2 s.' })
  })

  it('are none where the tool hangs, though there is another: it would hang in the same driver', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nvidia-smi-'))
    try {
      const hangs = join(folder, 'nvidia-smi')
      await writeFile(hangs, '#!/bin/sh\nexec sleep 60\n')
      await chmod(hangs, 0o755)
      const paths = [hangs, join(standIn, 'nvidia-smi')]
      const { devices } = await on('one-device', {}, { paths, answerLimitMs: 200 }).list()
      expect(devices).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('are found where WSL keeps its tool, with none on the search path or one that finds no driver', async () => {
    const works = join(standIn, 'nvidia-smi')
    for (const first of [join(nowhere, 'nvidia-smi'), process.execPath]) {
      const probe = on('wsl', {}, { paths: [first, works] })
      expect((await probe.list()).devices).toMatchObject([{ name: 'NVIDIA GeForce RTX 3080' }])
      rounds = []
      await watchUntil(probe, ({ length }) => length >= 1)
      expect(rounds[0]).toMatchObject([{ powerWatts: 38.92 }])
    }
  })

  it('are watched where the first tool finds no driver, though nobody listed them', async () => {
    const probe = on('wsl', {}, { paths: [process.execPath, join(standIn, 'nvidia-smi')] })
    await watchUntil(probe, ({ length }) => length >= 1)
    expect(problems).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('readings', () => {
  it('come over and over', async () => {
    const used = () => rounds.map(([reading]) => reading?.memoryUsedBytes)
    await watchUntil(
      on('one-device'),
      () => used().includes(524 * mebibyte) && used().includes(12595 * mebibyte),
    )
    await vi.waitFor(() =>
      expect(rounds.map(([reading]) => reading?.throttleReasons)).toContainEqual(['software power cap']),
    )
  })

  it('come together, however many devices there are', async () => {
    await watchUntil(on('two-devices'), ({ length }) => length >= 4)
    expect(rounds.map((round) => round.map(({ index }) => index))).toEqual(rounds.map(() => [0, 1]))
    const [first, second] = rounds.at(-1) ?? []
    expect(first?.powerWatts).toBeGreaterThan(60)
    expect(second).not.toHaveProperty('powerWatts')
  })

  it.each([['1'], ['7'], ['40']])(
    'may come in pieces of %s characters with the line ends of Windows',
    async (size) => {
      await watchUntil(
        on('one-device', { NVIDIA_SMI_CHUNK: size, NVIDIA_SMI_CRLF: '1' }),
        ({ length }) => length >= 3,
      )
      expect(rounds.slice(0, 3).map(([reading]) => reading?.smClockMhz)).toEqual([345, 1980, 1755])
    },
  )

  it('leave out what a driver does not know', async () => {
    await watchUntil(on('old-driver'), ({ length }) => length >= 1)
    expect(rounds[0]?.[0]).toMatchObject({ index: 0, powerWatts: 26.55 })
    expect(rounds[0]?.[0]).not.toHaveProperty('throttleReasons')
  })

  it('leave out what a faulty device does not tell, and keep the others', async () => {
    await watchUntil(on('error-device'), ({ length }) => length >= 1)
    expect(rounds[0]).toEqual([
      expect.objectContaining({ index: 0, powerWatts: 231.4, throttleReasons: [] }),
      { index: 1, memoryTotalBytes: 81559 * mebibyte, memoryUsedBytes: 0 },
      { index: 2, memoryTotalBytes: 81559 * mebibyte, memoryUsedBytes: 310 * mebibyte },
    ])
  })

  it('come again when the tool dies, and what it had half said is not taken', async () => {
    await watchUntil(on('one-device', { NVIDIA_SMI_DIES_AFTER: '2' }), ({ length }) => length >= 5)
    expect(rounds.map(([reading]) => reading?.memoryUsedBytes)).toEqual(
      rounds.map((_, at) => (at % 2 === 0 ? 524 : 12595) * mebibyte),
    )
    expect(problems[0]).toBe('nvidia-smi ended (exit code 255); it is started again.')
    expect(problems[1]).toBeUndefined()
  })

  it('do not come again while something is measured, and do so afterwards', async () => {
    const watch = on('one-device', { NVIDIA_SMI_DIES_AFTER: '2' }).watch(
      20,
      (readings) => rounds.push(readings),
      (problem) => problems.push(problem),
    )
    watches.push(watch)
    watch.holdStarts?.(false)
    await vi.waitFor(() => expect(rounds.length).toBeGreaterThan(0), { timeout: 20_000 })
    watch.holdStarts?.(true)
    await vi.waitFor(() => expect(problems.length).toBe(1), { timeout: 20_000 })
    // Longer than it is waited before it is started again.
    await sleep(1000)
    expect(rounds.length).toBe(2)
    watch.holdStarts?.(false)
    await vi.waitFor(() => expect(rounds.length).toBe(4), { timeout: 20_000 })
  })

  it('say why they stay away when a device is lost, and it is tried again', async () => {
    await watchUntil(on('gpu-lost'), ({ length }) => length >= 3)
    expect(rounds.slice(0, 2).map(([reading]) => reading)).toEqual([
      expect.objectContaining({ index: 0, powerWatts: 320.11 }),
      { index: 0 },
    ])
    expect(problems[0]).toBe(
      'nvidia-smi says: Unable to determine the device handle for GPU0: 0000:24:00.0: GPU is lost. Reboot the system to recover this GPU; it is started again.',
    )
  })

  it('say why they stay away when the tool hangs; stopping does not wait for it for ever', async () => {
    const probe = on('one-device', { NVIDIA_SMI_HANGS: '1' }, { paths: ['nvidia-smi'], silentMs: 300 })
    watches.push(
      probe.watch(
        20,
        () => undefined,
        (problem) => problems.push(problem),
      ),
    )
    await vi.waitFor(() => expect(problems.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 })
    expect(problems[0]).toBe('nvidia-smi ended (no answer for 0.3 s); it is started again.')
  })

  it('say why there are none where the driver and its library do not go together, and are tried again', async () => {
    const paths = ['nvidia-smi', join(nowhere, 'nvidia-smi')]
    watches.push(
      on('nvml-mismatch', {}, { paths }).watch(
        20,
        () => undefined,
        (problem) => problems.push(problem),
      ),
    )
    await vi.waitFor(() => expect(problems.length).toBeGreaterThanOrEqual(2), { timeout: 20_000 })
    expect(problems[1]).toContain('version mismatch')
  })
})

describe.skipIf(process.platform === 'win32')('who computes', () => {
  it('is told by the base name of its program where it is known', async () => {
    expect(await on('two-devices').users()).toEqual([
      { pid: 4711, device: 0, name: 'python3.12', memoryBytes: 2148 * mebibyte },
      { pid: 4712, device: 1, name: undefined, memoryBytes: undefined },
      { pid: 4713, device: 0, name: 'blender.exe', memoryBytes: 310 * mebibyte },
    ])
  })

  it('is told of instances by the device that they are part of', async () => {
    expect(await on('mig').users()).toMatchObject([
      { pid: 4711, device: 0, memoryBytes: 9826 * mebibyte },
      { pid: 4712, device: 0, memoryBytes: 4536 * mebibyte },
    ])
  })

  it.each(['one-device', 'no-driver', 'no-device', 'nvml-mismatch'])(
    'is nobody known on the machine "%s"',
    async (machine) => {
      expect(await on(machine).users()).toEqual([])
    },
  )

  it('is nobody known where the driver hangs and it is not waited for any more', async () => {
    const options = { paths: ['nvidia-smi'], answerLimitMs: 600_000 }
    const probe = on('two-devices', { NVIDIA_SMI_HANGS: '1' }, options)
    const stop = new AbortController()
    const asked = probe.users(stop.signal)
    stop.abort()
    expect(await asked).toEqual([])
    expect(await probe.users(stop.signal)).toEqual([])
  })

  it('is told round by round, the host and others', async () => {
    const probe = on('foreign-process')
    await probe.list()
    const pids = (users: readonly DeviceUser[]) => users.map(({ pid }) => pid)
    const seen = await usersUntil(probe, ({ length }) => length >= 6)
    expect(seen.slice(0, 3).map(pids)).toEqual([[host], [host, 4711], [4711]])
    expect(seen[0]).toEqual([{ pid: host, device: 0, name: 'node', memoryBytes: 3412 * mebibyte }])
  })

  it('is told without the memory that the driver keeps to itself', async () => {
    const probe = on('hidden-memory')
    await probe.list()
    const [users] = await usersUntil(probe, ({ length }) => length >= 1)
    expect(users).toEqual([{ pid: host, device: 0, name: undefined, memoryBytes: undefined }])
  })

  it('is told of devices that nobody listed before', async () => {
    await usersUntil(on('foreign-process'), ({ length }) => length >= 2)
  })
})

describe.skipIf(process.platform === 'win32')('the driver', () => {
  it.each([
    ['one-device', { version: '580.95.05', cuda: '13.0' }],
    ['wsl', { version: '555.99', cuda: '12.5' }],
    ['gpu-lost', { version: '610.43.02', cuda: '13.3' }],
    ['old-driver', { version: '390.157' }],
  ])('of the machine "%s" is %j', async (machine, driver) => {
    expect(await on(machine).driver()).toEqual(driver)
  })
})
