import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import { HostSession } from '../../electron/engine/host/host-session.ts'
import { addition, convolution, writeProbeModel } from '../../electron/engine/probe-model.ts'
import { launcher } from './real-execution.ts'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-probe-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

it.each([
  ['addition', addition, [2, 2, 2, 2]],
  ['convolution', convolution, [18, 18, 18, 18]],
])('the probe model with an %s is one that ONNX Runtime runs', async (_name, model, expected) => {
  const files = createNodeFiles({ dataFolder, resourcesFolder: dataFolder })
  const modelPath = await writeProbeModel(files, model)
  const session = new HostSession(launcher.launch({}), nodeClock)
  try {
    await session.load({ modelPath, executionProvider: 'cpu', freeDimensionOverrides: {} })
    const { outputs } = await session.evaluate({ inputs: model.inputs, seed: 1, mostElements: 16 })
    expect(outputs.map(({ values }) => [...values])).toEqual([expected])
  } finally {
    await session.end()
  }
})
