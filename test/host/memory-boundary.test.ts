import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'
import { path } from './real-execution.ts'

const budget = 200 * 1024 ** 2
const granularity = 24

let dataFolder: string
let workbench: Workbench

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-boundary-'))
  workbench = createWorkbench(
    createNodePorts({
      hostPath: path('dist/host.js'),
      resourcesFolder: path('resources'),
      dataFolder,
      batchscopeVersion: 'test',
    }),
  )
})
afterEach(async () => {
  await workbench.shutdown()
  await rm(dataFolder, { recursive: true, force: true })
})

describe('the memory boundary of a real model under a real limit', () => {
  it('is bracketed as closely as asked for, by sizes that ran twice and ran out', async () => {
    const over = new Promise<void>((resolve) => {
      workbench.subscribe('run', ({ progress }) => {
        if (progress !== undefined && progress.state !== 'running') resolve()
      })
    })
    const { projectId, experimentId } = await workbench.commands.startExperiment({
      modelPath: path('resources/models/cnn-classifier.onnx'),
      draft: {
        ...{ batch: 'auto', memoryBudget: '200MiB', boundaryGranularity: String(granularity) },
        ...{ executions: '2', maxExecutions: '2', minTime: '20', maxTime: '300', warmupTime: '10' },
      },
    })
    await over

    const { analysis } = await workbench.commands.analyse({ projectId, experimentId })
    const { boundary, trials } = analysis
    if (boundary === null) throw new Error('no boundary')
    expect(boundary.limitedBy).toBe('host')
    expect(boundary.smallestThatDoesNot - (boundary.largestThatFits ?? 0)).toBeLessThanOrEqual(granularity)
    const trialAt = (batchSize: number | null) => trials.find(({ config }) => config.batchSize === batchSize)
    expect(trialAt(boundary.largestThatFits)).toMatchObject({ outcome: 'completed' })
    expect(trialAt(boundary.largestThatFits)?.executions).toBeGreaterThanOrEqual(2)
    expect(trialAt(boundary.smallestThatDoesNot)?.outcome).toBe('out-of-memory')

    // Nothing silently ran a smaller batch than it was asked for, or more memory than there is.
    for (const { outcome, flags, memory } of trials) {
      if (outcome !== 'completed') continue
      expect(flags.map(({ name }) => name)).not.toContain('batch-ignored')
      expect(memory.hostPeakBytes).toBeLessThan(budget * 1.1)
    }
    // What was foreseen stands beside what was measured, and far from the limit it was right.
    const foreseen = trials.find(({ config }) => config.batchSize === 64)
    const ratio = (foreseen?.memory.hostPeakBytes ?? 0) / (foreseen?.predictedMemory?.bytes ?? 0)
    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.25)
    const { decisions } = await workbench.commands.experimentHistory({ projectId, experimentId })
    expect(decisions.join('\n')).toMatch(/Memory boundary: \d+ fits \(ran twice\), \d+ does not\./)
  }, 90_000)
})
