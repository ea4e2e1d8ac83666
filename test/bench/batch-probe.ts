import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { createWorkbench } from '../../electron/engine/workbench.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

const runs = 5

/** Probing the batch axes of a sample model, from asking to the verdict, in ms, smallest first. */
export async function benchBatchProbe(model: string): Promise<number[]> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-bench-'))
  const workbench = createWorkbench(
    createNodePorts({
      hostPath: path('dist/host.js'),
      resourcesFolder: path('resources'),
      dataFolder,
      batchscopeVersion: 'bench',
    }),
  )
  try {
    const times: number[] = []
    for (let run = 0; run < runs; run += 1) {
      const began = performance.now()
      const { verdict } = await workbench.commands.probeBatchAxes({ path: path(`resources/models/${model}`) })
      times.push(performance.now() - began)
      if (verdict !== 'follows') throw new Error(`Probing ${model} found that it ${verdict}.`)
    }
    return times.sort((a, b) => a - b)
  } finally {
    await workbench.shutdown()
    await rm(dataFolder, { recursive: true, force: true })
  }
}
