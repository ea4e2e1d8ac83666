import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { openProject } from '../../../../electron/engine/project/journal.ts'
import { memoryDisk } from './memory-files.ts'

/** A project of every format version that was ever released opens for ever: never change these files. */
describe('a project of format version 1', () => {
  async function opened() {
    const disk = memoryDisk()
    disk.put(
      '/v1.batchscope',
      await readFile(new URL('../../../fixtures/projects/version-1.batchscope', import.meta.url)),
    )
    return openProject('/v1.batchscope', disk.files, { creatorVersion: '0.1.0', mode: 'open' })
  }

  it('opens without complaint, removed experiments left out', async () => {
    const { notices, state } = await opened()
    expect(notices).toEqual([])
    expect([...state.experiments.keys()]).toEqual(['e1', 'e2'])
    expect([...state.models.values()].map(({ name }) => name)).toEqual(['resnet50-v1.5.onnx'])
    expect(state.notes).toEqual(['Fans at full speed.'])
  })

  it('has the experiment as it was measured', async () => {
    const experiment = (await opened()).state.experiments.get('e1')
    expect(experiment).toMatchObject({ name: 'Sweep on the workstation', state: 'finished' })
    expect(experiment?.trials.map(({ config }) => config.batchSize)).toEqual([1, 8, 64, 128, 256])
    expect(experiment?.executions.map(({ execution }) => execution.outcome)).toEqual([
      ...Array.from({ length: 6 }, () => 'completed'),
      'out-of-memory',
    ])
    expect(experiment?.executions[0]?.execution).toMatchObject({
      id: 'e1.1.1',
      samplesMs: expect.arrayContaining([expect.any(Number)]),
    })
    expect([...(experiment?.skips.keys() ?? [])]).toEqual(['e1.5'])
    expect(experiment?.telemetry.map(({ timeMs }) => timeMs)).toEqual([5100, 5180, 5260])
    expect(experiment?.decisions).toEqual(['Measuring every batch size that was asked for.'])
  })

  it('shows the experiment that never ended as interrupted', async () => {
    expect((await opened()).state.experiments.get('e2')?.state).toBe('interrupted')
  })
})
