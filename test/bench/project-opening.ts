import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import type { Execution, Trial } from '../../electron/contract/trial.ts'
import { openProject } from '../../electron/engine/project/journal.ts'
import { createRandom } from '../../electron/engine/statistics/random.ts'
import { createWorkbench } from '../../electron/engine/workbench.ts'
import { environmentFixture, modelFixture, specFixture } from '../fixtures/experiment-state.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** Trials of the project, executions of each, samples of each execution. */
const trials = 1000
const executions = 2
const samples = 300

/** Opening a project of 1,000 trials and analysing its experiment, in ms, and the size of its file. */
export async function benchProjectOpening(): Promise<{ openMs: number; analyseMs: number; bytes: number }> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-bench-'))
  const ports = createNodePorts({
    hostPath: path('dist/host.js'),
    resourcesFolder: path('resources'),
    dataFolder,
    batchscopeVersion: 'bench',
  })
  try {
    const file = join(dataFolder, 'thousand.batchscope')
    await writeProject(file, ports)
    const workbench = createWorkbench(ports)
    const started = performance.now()
    const project = await workbench.commands.openProject({ path: file })
    const openMs = performance.now() - started
    const experimentId = project.experiments[0]?.id ?? ''
    const { analysis } = await workbench.commands.analyse({ projectId: project.id, experimentId })
    const analyseMs = performance.now() - started - openMs
    if (analysis.trials.length !== trials) throw new Error(`${analysis.trials.length} trials came back.`)
    await workbench.shutdown()
    return { openMs, analyseMs, bytes: (await stat(file)).size }
  } finally {
    await rm(dataFolder, { recursive: true, force: true })
  }
}

async function writeProject(file: string, ports: ReturnType<typeof createNodePorts>): Promise<void> {
  const random = createRandom(1)
  const project = await openProject(file, ports.files, { creatorVersion: 'bench', mode: 'create' })
  const experimentId = 'e1'
  await project.append({ record: 'model', model: modelFixture })
  await project.append({
    record: 'experiment',
    id: experimentId,
    name: 'thousand',
    modelSha256: modelFixture.sha256,
    spec: specFixture,
    environment: environmentFixture,
    started: ports.clock.wallTime(),
    startedMs: 0,
  })
  for (let index = 1; index <= trials; index += 1) {
    const trial: Trial = {
      id: `${experimentId}.${index}`,
      experimentId,
      config: { batchSize: index, executionProvider: 'cpu', dims: {} },
      reason: 'listed',
    }
    await project.append({ record: 'trial', trial })
    for (let block = 1; block <= executions; block += 1) {
      const execution: Execution = {
        ...{ id: `${trial.id}.${block}`, trialId: trial.id, block, startedAt: ports.clock.wallTime() },
        ...{ durationMs: 1500, memory: { hostPeakBytes: 2e8 + index * 1e6 }, outcome: 'completed' },
        samplesMs: Array.from({ length: samples }, () => 1 + index * (1 + 0.1 * random.next())),
        ...{ windowMs: samples * (1 + index), loadMs: 20, firstInferenceMs: 5, endedBy: 'interval' },
        ...{ warmup: { samples: 30, ms: 250, steady: true }, clock: 'performance.now', flags: [] },
      }
      await project.append({
        record: 'execution',
        experimentId,
        execution,
        spanMs: [index * 2000, index * 2000 + 1500],
      })
    }
  }
  await project.append({ record: 'outcome', experimentId, state: 'finished', ended: ports.clock.wallTime() })
  await project.close()
}
