import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { programRunner } from '../../electron/adapters/program-runner.ts'
import { verificationPlan, type VerificationPlan } from '../../electron/engine/verification/plan.ts'
import { verificationMarkdown } from '../../electron/engine/verification/report-markdown.ts'
import type { VerificationReport } from '../../electron/engine/verification/report.ts'
import type { VerificationListener } from '../../electron/engine/verification/scene.ts'
import { verify } from '../../electron/engine/verification/verify.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'
import { path } from './real-execution.ts'

let dataFolder: string
let workbench: Workbench
let ports: ReturnType<typeof createNodePorts>

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-verification-'))
  vi.stubEnv('PATH', `${path('test/fixtures/nvidia-smi')}${delimiter}${process.env['PATH'] ?? ''}`)
  vi.stubEnv('NVIDIA_SMI_MACHINE', 'one-device')
  ports = createNodePorts({
    ...{ hostPath: path('dist/host.js'), resourcesFolder: path('resources') },
    ...{ dataFolder, batchscopeVersion: 'test' },
  })
  workbench = createWorkbench(ports)
})
afterEach(async () => {
  await workbench.shutdown()
  vi.unstubAllEnvs()
  await rm(dataFolder, { recursive: true, force: true })
})

/** All of it for real on the CPU, with a small model, and stand-ins for what a machine with a GPU has besides. */
function smallPlan(over: Partial<VerificationPlan> = {}): VerificationPlan {
  const plan = verificationPlan({
    ...{ provider: 'cpu', timeBudgetMs: 280_000, resourcesFolder: path('resources') },
    ...{ python: path('test/fixtures/python/python'), join },
  })
  return {
    ...plan,
    models: plan.models
      .filter(({ name }) => name === 'cnn-classifier')
      .map((model) => ({ ...model, batchSizes: [1, 4, 8, 16] })),
    loadRules: { executions: '1', minTime: '0', maxTime: '20', warmupTime: '0' },
    sweepRules: { executions: '2', minTime: '100', maxTime: '200', warmupTime: '20' },
    boundary: { ...plan.boundary, memoryBudget: '130MiB' },
    torch: {
      ...{
        python: path('test/fixtures/python/python'),
        script: path('resources/verification/torch-loop.py'),
      },
      batchSizes: [1, 8, 512],
    },
    ...over,
  }
}

interface Heard {
  begun: string[]
  reports: VerificationReport[]
}

function listening(plan: VerificationPlan, each: Partial<VerificationListener> = {}, signal?: AbortSignal) {
  const heard: Heard = { begun: [], reports: [] }
  const report = verify(
    { commands: workbench.commands, subscribe: workbench.subscribe, ports, programs: programRunner },
    {
      ...{ plan, generator: 'batchscope test', signal: signal ?? new AbortController().signal },
      listener: {
        begins: (sentence) => heard.begun.push(sentence),
        run: () => undefined,
        ended: () => undefined,
        ...each,
      },
      onReport: async (current) => void heard.reports.push(current),
    },
  )
  return { heard, report }
}

const verdicts = ({ checks }: VerificationReport) =>
  Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]))
const sentence = ({ checks }: VerificationReport, id: string) =>
  checks.find((check) => check.id === id)?.sentence ?? ''

describe('verifying a machine', () => {
  it('does every check for real, from loading to the memory boundary, and tells it in a report', async () => {
    const { report: ended, heard } = listening(smallPlan())
    const report = await ended
    const { intervals, ...others } = verdicts(report)
    expect(others, JSON.stringify(report.checks, null, 1)).toEqual({
      ...{ environment: 'passed', load: 'passed', outputs: 'passed', 'sweep:cnn-classifier': 'passed' },
      // Profiles are taken of devices only.
      placement: 'skipped',
      ...{ 'memory:cnn-classifier': 'passed', boundary: 'passed', telemetry: 'passed', torch: 'information' },
    })
    // How wide they are is the machine's affair.
    expect(['passed', 'information']).toContain(intervals)
    expect(report.verdict).toBe('passed')

    expect(sentence(report, 'outputs')).toMatch(/At batch 1, 3, every output is exactly the CPU provider's/)
    expect(sentence(report, 'boundary')).toMatch(
      /fits \(ran twice\), \d+ runs out of host memory\..*ran afterwards/,
    )
    const { figures } = report.checks.find(({ id }) => id === 'boundary') ?? {}
    expect(figures?.['sessionAfter']).toBe(true)
    expect(Number(figures?.['width'])).toBeLessThanOrEqual(
      Math.max(1, 0.01 * Number(figures?.['largestThatFits'])),
    )
    expect(sentence(report, 'telemetry')).toContain('energy is not known')
    expect(report.torch).toMatchObject([
      { batchSize: 1, fedItemsPerSecond: 277, ourItemsPerSecond: expect.any(Number) },
      { batchSize: 8, residentItemsPerSecond: 2333 },
      { batchSize: 512, outcome: 'out-of-memory' },
    ])
    expect(report.sweeps[0]?.trials.map(({ batchSize, executions }) => [batchSize, executions])).toEqual(
      [1, 4, 8, 16].map((batchSize) => [batchSize, 2]),
    )

    const markdown = verificationMarkdown(report)
    expect(markdown).toContain('# Verification on the CPU')
    expect(markdown).toContain('No graphics processor was verified')
    expect(markdown).toMatch(/\| 16 \| [\d.,]+ \| [\d.]+ % \|/)
    expect(markdown).toMatch(/\| cnn-classifier \| 8 \| [\d,.]+ \| 2,089 \| \d+\.\d\d \| 2,333 \|/)
    // What was done is there after every step, not only at the end.
    expect(
      heard.reports.map(({ checks }) => checks.filter(({ because }) => because !== 'interrupted').length),
    ).toEqual([1, 2, 3, 4, 8, 9, 10, 10])
  }, 120_000)

  it('searches the memory boundary of a model that is there for that alone, as on a device', async () => {
    const { boundary } = verificationPlan({
      ...{ provider: 'cuda', timeBudgetMs: 1, resourcesFolder: path('resources'), python: '', join },
    })
    if (boundary.own === undefined) throw new Error('The plan has no model of its own for it.')
    const own = { ...boundary.own, batchSizes: [1, 2] }
    const { models, torch: _, ...plan } = smallPlan({ outputBatchSizes: [1] })
    const { report } = listening({
      ...plan,
      models: models.map((model) => ({ ...model, batchSizes: [1] })),
      boundary: { ...boundary, own, memoryBudget: '800MiB' },
    })
    const searched = await report
    expect(sentence(searched, 'boundary')).toMatch(
      /^skip-chain: batch \d+ fits \(ran twice\), \d+ runs out of host memory\./,
    )
    expect(verdicts(searched)['boundary']).toBe('passed')
    expect(searched.sweeps.map(({ model }) => model)).toEqual(['cnn-classifier'])
  }, 120_000)

  it('keeps what was done when it is interrupted', async () => {
    const wish = new AbortController()
    const { report } = listening(
      smallPlan(),
      { run: ({ progress }) => void (progress?.executionsDone === 2 && wish.abort()) },
      wish.signal,
    )
    const interrupted = await report
    expect(interrupted.verdict).toBe('interrupted')
    expect(verdicts(interrupted)).toMatchObject({ outputs: 'passed', boundary: 'skipped', torch: 'skipped' })
    // What was measured is judged.
    expect(verdicts(interrupted)).toMatchObject({ telemetry: 'passed' })
    expect(interrupted.sweeps[0]?.trials.some(({ outcome }) => outcome === 'completed')).toBe(true)
  }, 60_000)

  it('says what there was no time for', async () => {
    const { report } = listening(smallPlan({ timeBudgetMs: 9_000 }))
    const short = await report
    expect(short.verdict, short.headline).toBe('incomplete')
    expect(sentence(short, 'boundary')).toMatch(/no time/i)
    expect(short.headline).toContain('time ran out for')
  }, 60_000)

  it('goes on without PyTorch, and says why', async () => {
    vi.stubEnv('PYTHON_WITHOUT_TORCH', '1')
    const { report } = listening(smallPlan({ timeBudgetMs: 9_000 }))
    expect(sentence(await report, 'torch')).toMatch(/has no PyTorch\. Name one that has: --python FILE\./)
  }, 60_000)
})
