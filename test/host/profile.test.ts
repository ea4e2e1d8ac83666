import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { readProfile } from '../../electron/engine/experiment/read-profile.ts'
import { breakdownOf } from '../../electron/engine/experiment/time-breakdown.ts'
import { HostSession } from '../../electron/engine/host/host-session.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'
import { launcher, path } from './real-execution.ts'

const modelPath = path('resources/models/cnn-classifier.onnx')
const files = createNodeFiles({ dataFolder: path('dist'), resourcesFolder: path('resources') })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-profile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Profiles the model on the CPU, for real; the profile lies in a folder of its own, which is not there before. */
async function profileReally(
  name: string,
  limits: { warmups: number; runs: number; maximumMs: number },
  from = modelPath,
) {
  const model = await describeModel(modelPath, files)
  const planned = planInputs(model, { batchSize: 4, executionProvider: 'cpu', dims: {} }, {})
  const session = new HostSession(launcher.launch({}), nodeClock)
  const profilePrefix = join(folder, name, 'trial-1')
  try {
    const profiled = await session.profile({
      ...{ modelPath: from, executionProvider: 'cpu' as const, seed: 1, profilePrefix },
      ...planned,
      ...limits,
    })
    return { profiled, model }
  } finally {
    await session.end()
  }
}

async function profileIn(name: string): Promise<string> {
  const [file, ...others] = await readdir(join(folder, name))
  expect(others).toEqual([])
  expect(file).toMatch(/^trial-1_.+\.json$/)
  return join(folder, name, file ?? '')
}

describe('profiling in a session host', () => {
  it('gives a profile whose calls can be read, with the bytes that went in and came out', async () => {
    const { profiled, model } = await profileReally('whole', { warmups: 2, runs: 5, maximumMs: 60_000 })
    const inputBytes =
      4 * 4 * Number(model.inputs[0]?.shape.slice(1).reduce((n: number, d) => n * Number(d), 1))
    expect(profiled).toMatchObject({ runs: 5, inputBytes })
    expect(profiled.outputBytes).toBe(4 * 4 * 100)

    const file = await files.openForReading(await profileIn('whole'))
    const calls = await readProfile(file, profiled.runs)
    await file.close()
    expect(calls).toHaveLength(5)
    const breakdown = breakdownOf(calls, { ...profiled, executionProvider: 'cpu' })
    expect(breakdown?.providers.map(({ provider }) => provider)).toEqual(['cpu'])
    expect(breakdown?.operators.map(({ operator }) => operator)).toContain('Conv')
    expect(breakdown?.arena?.heldBytes).toBeGreaterThan(0)
    for (const call of calls) {
      const { callMs, copyInMs, executeMs, copyOutMs, nodes } = call
      // Whole microseconds, each rounded by itself.
      expect(copyInMs + executeMs + copyOutMs).toBeCloseTo(callMs, 2)
      expect(nodes.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(executeMs + 0.002)
      expect(nodes.length).toBe(calls[0]?.nodes.length)
    }
  })

  it('makes one warm-up and one run however short the time', async () => {
    const { profiled } = await profileReally('short', { warmups: 3, runs: 10, maximumMs: 0 })
    expect(profiled.runs).toBe(1)
    const file = await files.openForReading(await profileIn('short'))
    expect(await readProfile(file, profiled.runs)).toHaveLength(1)
    await file.close()
  })

  it('fails as loading does where the model cannot be loaded', async () => {
    const limits = { warmups: 1, runs: 1, maximumMs: 1000 }
    await expect(profileReally('absent', limits, join(folder, 'absent.onnx'))).rejects.toThrow(/load/)
  })
})
