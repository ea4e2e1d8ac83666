import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nvidiaDevices } from '../../../electron/adapters/nvidia-smi.ts'
import type { DeviceReading } from '../../../electron/contract/telemetry.ts'

const standIn = fileURLToPath(new URL('../../fixtures/nvidia-smi', import.meta.url))
const mebibyte = 1024 * 1024

function useMachine(machine: string, environment: Record<string, string> = {}): void {
  vi.stubEnv('PATH', `${standIn}${delimiter}${process.env.PATH ?? ''}`)
  vi.stubEnv('NVIDIA_SMI_MACHINE', machine)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

const watches: { stop(): Promise<void> }[] = []
let rounds: DeviceReading[][] = []
beforeEach(() => {
  rounds = []
})
afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()))
  vi.unstubAllEnvs()
})

/** Watches the devices until `enough` says so of the rounds of readings so far. */
async function watchUntil(enough: (rounds: DeviceReading[][]) => boolean): Promise<void> {
  watches.push(nvidiaDevices.watch(20, (readings) => rounds.push(readings)))
  await vi.waitFor(() => expect(enough(rounds)).toBe(true), { timeout: 20_000 })
}

// The stand-in is a script with a first line that says what runs it, which Windows does not know.
describe.skipIf(process.platform === 'win32')('the devices', () => {
  it('are listed with the name of the tool that tells of them', async () => {
    useMachine('two-devices')
    const { devices, telemetry } = await nvidiaDevices.list()
    expect(devices.map(({ index, name, memoryTotalBytes }) => [index, name, memoryTotalBytes])).toEqual([
      [0, 'NVIDIA GeForce RTX 4090', 24564 * mebibyte],
      [1, 'NVIDIA T400', 2048 * mebibyte],
    ])
    expect(telemetry).toEqual({ available: true, source: 'nvidia-smi' })
  })

  it.each([
    [
      'no-driver',
      "nvidia-smi says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    ['no-device', 'nvidia-smi says: No devices were found'],
  ])('are none on the machine "%s", and the reason is told', async (machine, reason) => {
    useMachine(machine)
    const { devices, telemetry } = await nvidiaDevices.list()
    expect(devices).toEqual([])
    expect(telemetry).toMatchObject({ available: false })
    expect(telemetry.available || telemetry.reason).toContain(reason)
  })

  it('are none where there is no such tool, and watching gives nothing', async () => {
    vi.stubEnv('PATH', fileURLToPath(new URL('.', import.meta.url)))
    const { devices, telemetry } = await nvidiaDevices.list()
    expect(devices).toEqual([])
    expect(telemetry.available || telemetry.reason).toContain('There is no NVIDIA driver here')
    const watch = nvidiaDevices.watch(20, (readings) => rounds.push(readings))
    await watch.stop()
    expect(rounds).toEqual([])
  })

  it('are read over and over', async () => {
    useMachine('one-device')
    const used = () => rounds.map(([reading]) => reading?.memoryUsedBytes)
    await watchUntil(() => used().includes(524 * mebibyte) && used().includes(12595 * mebibyte))
    await vi.waitFor(() =>
      expect(rounds.map(([reading]) => reading?.throttleReasons)).toContainEqual(['software power cap']),
    )
  })

  it('are read together, however many there are', async () => {
    useMachine('two-devices')
    await watchUntil((seen) => seen.some((readings) => readings.length === 2))
    const [first, second] = rounds.at(-1) ?? []
    expect(first?.powerWatts).toBeGreaterThan(60)
    expect(second).not.toHaveProperty('powerWatts')
  })

  it('are read without the reasons for slow clocks from a driver that does not know them', async () => {
    useMachine('old-driver')
    await watchUntil(({ length }) => length >= 1)
    expect(rounds[0]?.[0]).toMatchObject({ index: 0, powerWatts: 26.55 })
    expect(rounds[0]?.[0]).not.toHaveProperty('throttleReasons')
  })

  it('are told with who computes on them, by the base name of its program where it is known', async () => {
    useMachine('two-devices')
    expect(await nvidiaDevices.users()).toEqual([
      { pid: 4711, device: 0, name: 'python3.12', memoryBytes: 2148 * mebibyte },
      { pid: 4712, device: 1, name: undefined, memoryBytes: undefined },
      { pid: 4713, device: 0, name: 'blender.exe', memoryBytes: 310 * mebibyte },
    ])
  })

  it.each(['one-device', 'no-driver', 'no-device'])(
    'have no known users on the machine "%s"',
    async (machine) => {
      useMachine(machine)
      expect(await nvidiaDevices.users()).toEqual([])
    },
  )

  it('are read again when the tool dies', async () => {
    useMachine('one-device', { NVIDIA_SMI_DIES_AFTER: '1' })
    await watchUntil(({ length }) => length >= 2)
    expect(rounds[1]).toEqual(rounds[0])
  })
})
