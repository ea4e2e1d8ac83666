import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { executionProviders } from '../../electron/contract/experiment.ts'
import { describeEnvironment } from '../../electron/engine/environment.ts'
import { hostPath } from './real-execution.ts'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-environment-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

it('this machine can run models on its CPU, and says of every other provider that it can, or why not', async () => {
  const ports = createNodePorts({
    hostPath,
    resourcesFolder: dataFolder,
    dataFolder,
    batchscopeVersion: '0.0.1',
  })
  const { runtime, providers } = await describeEnvironment(ports)
  expect(runtime.onnxruntime).toMatch(/^\d+\.\d+\.\d+$/)
  expect(runtime.node).toBe(process.versions.node)
  expect(providers.map(({ name }) => name)).toEqual([...executionProviders])
  expect(providers[0]).toEqual({ name: 'cpu', usable: true })
  for (const status of providers) {
    if (!status.usable) expect(status.reason, status.name).not.toMatch(/^It failed|onnxruntime_src|^$/)
  }
})
