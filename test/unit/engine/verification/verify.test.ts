import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../../electron/contract/environment.ts'
import type { ProgramRunner } from '../../../../electron/engine/ports.ts'
import { verificationPlan } from '../../../../electron/engine/verification/plan.ts'
import type { VerificationReport } from '../../../../electron/engine/verification/report.ts'
import { verify } from '../../../../electron/engine/verification/verify.ts'
import { exampleEnvironment, fakeEngine } from '../../cli/fake-session.ts'

const nothingRuns: ProgramRunner = { run: async () => ({ started: false, reason: 'There is no Python.' }) }

async function verified(
  environment: Environment,
  over: { device?: number } = {},
): Promise<VerificationReport[]> {
  const { verification } = fakeEngine({ environment }).session
  const reports: VerificationReport[] = []
  const plan = verificationPlan({
    ...{ provider: 'cuda', timeBudgetMs: 480_000, resourcesFolder: '/resources', python: 'python3', ...over },
    join: (...parts) => parts.join('/'),
  })
  const last = await verify(
    { ...verification, programs: nothingRuns },
    {
      ...{ plan, generator: 'batchscope test', signal: new AbortController().signal },
      listener: { begins: () => undefined, run: () => undefined, ended: () => undefined },
      onReport: async (report) => void reports.push(report),
    },
  )
  expect(last).toEqual(reports.at(-1))
  return reports
}

const withCuda = (
  status: Environment['providers'][number],
  over: Partial<Environment> = {},
): Environment => ({
  ...exampleEnvironment,
  providers: [{ name: 'cpu', usable: true }, status],
  ...over,
})

describe('a machine without a usable GPU', () => {
  it('is skipped as a whole, with the reason and the next step', async () => {
    const reports = await verified(exampleEnvironment)
    expect(reports).toHaveLength(1)
    const [report] = reports
    expect(report?.verdict).toBe('skipped')
    expect(report?.headline).toBe(
      'Skipped: cuda cannot be used here. The CUDA provider is not installed. Install it.',
    )
    expect(
      report?.checks.every(({ verdict, because }) => verdict === 'skipped' && because === 'not-here'),
    ).toBe(true)
  })

  it('takes the next step of the environment where the provider has no hint and something is missing', async () => {
    const [report] = await verified(
      withCuda(
        { name: 'cuda', usable: false, reason: 'libcublas.so.13 is missing.' },
        {
          findings: [{ topic: 'CUDA libraries', state: 'missing', text: 'libcublas.so.13 is missing.' }],
          nextStep: 'Install cuBLAS.',
        },
      ),
    )
    expect(report?.headline).toContain('libcublas.so.13 is missing. Install cuBLAS.')
  })

  it('points to another machine where nothing is missing but the device', async () => {
    const [report] = await verified(
      withCuda({ name: 'cuda', usable: false, reason: 'There is no NVIDIA device here.' }),
    )
    expect(report?.headline).toContain('Run this on a machine with an NVIDIA GPU')
  })
})

describe('a machine with a GPU', () => {
  const machine = withCuda(
    { name: 'cuda', usable: true },
    { devices: [{ index: 0, name: 'NVIDIA H200', memoryTotalBytes: 150_754_820_096, driver: '580.95.05' }] },
  )

  it('refuses a device that is not there, and names those that are', async () => {
    await expect(verified(machine, { device: 3 })).rejects.toThrow('There is no device 3.')
  })

  it('fails, and does not stop, when models cannot be loaded', async () => {
    const report = (await verified(machine)).at(-1)
    expect(report?.device).toBe('NVIDIA H200')
    expect(report?.verdict).toBe('failed')
    expect(report?.headline).toMatch(/^Failed on NVIDIA H200: Loading \(1 passed, 1 failed, \d+ skipped\)\.$/)
    expect(report?.checks.find(({ id }) => id === 'environment')?.sentence).toContain(
      'NVIDIA H200, 140 GiB, driver 580.95.05',
    )
    expect(report?.checks.find(({ id }) => id === 'torch')?.sentence).toBe('There is no Python.')
    expect(report?.notShown.join(' ')).toContain('what ONNX Runtime')
  })
})
