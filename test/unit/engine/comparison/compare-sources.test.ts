import { describe, expect, it } from 'vitest'
import { compareSources } from '../../../../electron/engine/comparison/compare-sources.ts'
import { sideOfExperiment } from '../../../../electron/engine/comparison/side.ts'
import { runDocument } from '../../../../electron/engine/report/run-document.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { memoryFiles } from '../model/memory-files.ts'

const experiment = simulatedExperiment([{ executionProvider: 'cpu', batchSizes: [1, 2] }])
const input = reportInputOf(experiment)
const text = JSON.stringify(runDocument(input))
const bytes = (content: string) => new TextEncoder().encode(content)

const files = memoryFiles({
  '/a.json': bytes(text),
  '/b.json': bytes(text),
  '/text.json': bytes('hello'),
  '/other.json': bytes('{"format": "something"}'),
  '/newer.json': bytes(text.replace('"formatVersion":1', '"formatVersion":2')),
  '/damaged.json': bytes(text.replace('"trials":[', '"trials":[{},')),
  '/empty.json': bytes('\n'),
  '/cut-off.json': bytes(text.slice(0, 3000)),
  '/incomplete.json': bytes(text.replace('"trials":[', '"others":[')),
  '/folder/x': bytes(''),
})
const context = {
  files,
  generator: 'batchscope 0.1.0',
  sideOf: () => sideOfExperiment('study', experiment, input.model, input.analysis),
}

describe('compareSources', () => {
  it('takes documents and experiments, and the default threshold', async () => {
    const inProject = { projectId: 'p1', experimentId: 'e1' }
    const comparison = await compareSources({ before: { path: 'a.json' }, after: inProject }, context)
    expect(comparison).toMatchObject({
      before: { source: 'a.json', model: { name: 'resnet50-v1.5.onnx' } },
      after: { source: 'study', experiment: 'First sweep' },
      threshold: 0.03,
    })
  })

  it.each([
    ['a.json', 'Both sides are the same run'],
    ['/folder/../a.json', 'Both sides are the same run'],
    ['nothing.json', 'There is no file /nothing.json.'],
    ['folder', '/folder is a folder.'],
    ['text.json', 'text.json is neither a project file nor a run document.'],
    ['other.json', 'other.json is neither a project file nor a run document.'],
    ['newer.json', 'newer.json was written by a newer version'],
    ['empty.json', 'empty.json is empty.'],
    ['cut-off.json', 'The run document cut-off.json is cut off or damaged: it is no whole JSON.'],
    ['damaged.json', 'The run document damaged.json is damaged: trials.0.'],
    ['incomplete.json', 'The run document incomplete.json is damaged: trials is missing.'],
  ])('says of %s what is wrong', async (path, message) => {
    const failure = compareSources({ before: { path: 'a.json' }, after: { path } }, context)
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toMatchObject({ failure: { code: 'bad-input' } })
  })
})
