import { expect, it } from 'vitest'
import { openProject } from '../../../../electron/engine/project/journal.ts'
import { summariseProject } from '../../../../electron/engine/project/summary.ts'
import { modelFixture } from '../../../fixtures/experiment-state.ts'
import { smallRun } from '../../../fixtures/project-records.ts'
import { memoryDisk } from './memory-files.ts'

it('sums up a project with its experiments and how far they came', async () => {
  const project = await openProject('/projects/Résumé.batchscope', memoryDisk().files, {
    creatorVersion: '0.1.0',
    mode: 'create',
  })
  for (const record of smallRun()) await project.append(record)
  expect(summariseProject('p1', project)).toEqual({
    id: 'p1',
    path: '/projects/Résumé.batchscope',
    name: 'Résumé',
    notices: [],
    models: [modelFixture],
    experiments: [
      {
        id: 'e1',
        name: 'First sweep',
        modelSha256: modelFixture.sha256,
        modelName: 'resnet50-v1.5.onnx',
        state: 'finished',
        started: '2026-03-14T09:26:53.000Z',
        trials: 4,
        completed: 2,
      },
    ],
  })
})
