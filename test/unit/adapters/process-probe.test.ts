import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import { afterEach, expect, it, vi } from 'vitest'
import { createProcessProbe } from '../../../electron/adapters/process-probe.ts'

const children: ReturnType<typeof spawn>[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(script: string) {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  return child
}

it('tells the resident set and the CPU use of a busy process', async () => {
  const child = start('for (;;);')
  const probe = createProcessProbe()
  await vi.waitFor(
    async () => {
      const reading = await probe.read(child.pid ?? 0)
      expect(reading?.residentBytes).toBeGreaterThan(10_000_000)
      expect(reading?.cpuPercent).toBeGreaterThan(10)
      expect(reading?.cpuPercent).toBeLessThan(200)
    },
    { timeout: 10_000, interval: 100 },
  )
})

it('knows nothing of a process that is gone', async () => {
  const child = start('')
  await once(child, 'exit')
  expect(await createProcessProbe().read(child.pid ?? 0)).toBeUndefined()
})

it('tells how much of the memory of the system is used', () => {
  const { usedBytes, totalBytes } = createProcessProbe().systemMemory()
  expect(totalBytes).toBe(totalmem())
  expect(usedBytes).toBeGreaterThan(0)
  expect(usedBytes).toBeLessThan(totalBytes)
})

it.runIf(process.platform === 'linux')(
  'tells own processes from others, and what each has used',
  async () => {
    const child = start('for (;;);')
    const probe = createProcessProbe()
    const use = () => probe.processorUse()
    const ofChild = () => use()?.processes.find(({ pid }) => pid === child.pid)
    await vi.waitFor(() => expect(ofChild()?.cpuMs).toBeGreaterThan(100), { timeout: 10_000, interval: 50 })
    expect(ofChild()?.own).toBe(true)
    expect(use()?.processes.find(({ pid }) => pid === process.pid)?.own).toBe(true)
    expect(use()?.processes.find(({ pid }) => pid === 1)?.own).toBe(false)
    expect(use()?.cores).toBe(cpus().length)
    expect(use()?.busyMs).toBeGreaterThan(ofChild()?.cpuMs ?? 0)
  },
)
