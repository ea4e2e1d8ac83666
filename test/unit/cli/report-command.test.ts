import { describe, expect, it } from 'vitest'
import { reportCommand } from '../../../electron/cli/report-command.ts'
import type { ExperimentSummary, ProjectSummary } from '../../../electron/contract/project.ts'
import { fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const experiment = (id: string, name: string): ExperimentSummary => ({
  ...{ id, name, modelSha256: 'a', modelName: 'model.onnx', state: 'finished' },
  ...{ started: '2026-01-01T00:00:00.000Z', trials: 3, completed: 3 },
})

const projectWith = (...experiments: ExperimentSummary[]): ProjectSummary => ({
  ...{ id: 'p7', path: '/work.batchscope', name: 'work', notices: ['A torn last line was dropped.'] },
  ...{ models: [], experiments },
})

async function report(
  options: Parameters<typeof reportCommand>[1],
  project = projectWith(experiment('e1', 'sweep'), experiment('e2', 'auto'), experiment('e3', 'sweep')),
) {
  const engine = fakeEngine({ project })
  const terminal = recordedTerminal()
  const interrupted = new AbortController().signal
  await reportCommand('work.batchscope', options, { session: engine.session, terminal, interrupted })
  const asked = engine.called.filter(({ name }) => name === 'analyse' || name === 'renderReport')
  return { terminal, asked: asked.map(({ params }) => params), engine }
}

describe('batchscope report', () => {
  it('prints the last experiment for reading, and what opening the project told', async () => {
    const { terminal, asked } = await report({})
    expect(asked).toEqual([{ projectId: 'p7', experimentId: 'e3' }])
    expect(terminal.printed.join('\n')).toMatch(/model\.onnx: sweep[^]*Use batch 8/)
    expect(terminal.noted).toEqual(['A torn last line was dropped.'])
  })

  it('finds an experiment by id or by name, the newest of several', async () => {
    expect((await report({ experiment: 'e1' })).asked).toEqual([{ projectId: 'p7', experimentId: 'e1' }])
    expect((await report({ experiment: 'sweep' })).asked).toEqual([{ projectId: 'p7', experimentId: 'e3' }])
  })

  it('lists the experiments when there is none of that name', async () => {
    const failure = await report({ experiment: 'other' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      failure: {
        code: 'bad-input',
        message: 'The project work has no experiment "other".',
        hint: 'Its experiments are e1 (sweep), e2 (auto), e3 (sweep).',
      },
    })
  })

  it('refuses a project without experiments', async () => {
    await expect(report({}, projectWith())).rejects.toThrow('The project work has no experiments.')
  })

  it('prints only the report that is for standard output', async () => {
    const { terminal } = await report({ markdown: '-' })
    expect(terminal.printed).toEqual(['<markdown>'])
  })
})
