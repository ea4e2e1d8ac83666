import { describe, expect, it } from 'vitest'
import { runCommand, type RunOptions } from '../../../electron/cli/run-command.ts'
import { BatchscopeError } from '../../../electron/contract/failure.ts'
import { exampleAnalysis, unfinishedTrial } from './analysis-example.ts'
import { fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const bare: RunOptions = { dim: [], batchAxis: [] }

function start(options: Partial<RunOptions> = {}, engine = fakeEngine()) {
  const terminal = recordedTerminal()
  const interruption = new AbortController()
  const exitCode = runCommand(
    'model.onnx',
    { ...bare, ...options },
    { session: engine.session, terminal, interrupted: interruption.signal },
  )
  return { exitCode, terminal, interruption, engine }
}

const paramsOf = (engine: ReturnType<typeof fakeEngine>, name: string) =>
  engine.called.filter((call) => call.name === name).map(({ params }) => params)

describe('batchscope run', () => {
  it('prints the table and the answer, and tells the plan on standard error', async () => {
    const { exitCode, terminal } = start()
    expect(await exitCode).toBe(0)
    expect(terminal.printed).toHaveLength(1)
    expect(terminal.printed[0]).toContain('Use batch 8: 800 items/s')
    expect(terminal.noted[0]).toBe('model.onnx: 2 trials, 4 executions, between 00:07 and 00:40.')
  })

  it('passes the options on as they were written, and keeps no project unless one is named', async () => {
    const { exitCode, engine } = start({
      batch: '1,2',
      ep: 'cpu',
      dim: ['seq=64'],
      slo: 'p99<=20ms',
      seed: '3',
    })
    await exitCode
    expect(paramsOf(engine, 'startExperiment')).toEqual([
      expect.objectContaining({
        modelPath: '/model.onnx',
        scratch: true,
        projectId: undefined,
        draft: expect.objectContaining({
          ...{ batch: '1,2', executionProviders: 'cpu', dims: ['seq=64'], slo: 'p99<=20ms', seed: '3' },
        }),
      }),
    ])
  })

  it('says every problem with the option it is about, and starts nothing', async () => {
    const engine = fakeEngine({
      preview: {
        problems: [
          { field: 'batch', message: 'Batch size "0" is below 1.', hint: 'Use 1 or more.' },
          { field: 'executionProviders', message: 'Execution provider "gpu" is not known.' },
        ],
      },
    })
    const failure = await start({}, engine).exitCode.catch((error: unknown) => error)
    if (!(failure instanceof BatchscopeError)) throw new Error('it did not fail')
    expect(failure.failure.code).toBe('bad-input')
    expect(failure.message.split('\n')).toEqual([
      '--batch: Batch size "0" is below 1. Use 1 or more.',
      '--ep: Execution provider "gpu" is not known.',
    ])
    expect(paramsOf(engine, 'startExperiment')).toEqual([])
  })

  it('prints nothing but the document with --json -', async () => {
    const { exitCode, terminal } = start({ json: '-' })
    await exitCode
    expect(terminal.printed).toEqual(['<json>'])
  })

  it('writes the files asked for, and says so unless it is to be quiet', async () => {
    const loud = start({ csv: 'a.csv', samplesCsv: 's.csv', pdf: 'a.pdf', json: 'a.json' })
    await loud.exitCode
    expect(paramsOf(loud.engine, 'saveReport')).toEqual(
      [
        ['json', '/a.json'],
        ['csv', '/a.csv'],
        ['samples-csv', '/s.csv'],
        ['pdf', '/a.pdf'],
      ].map(([format, path]) => ({ projectId: 'p1', experimentId: 'e1', format, path })),
    )
    expect(loud.terminal.noted).toContain('Wrote a.csv.')
    const quiet = start({ csv: 'a.csv', quiet: true })
    await quiet.exitCode
    expect(quiet.terminal.noted).toEqual([])
  })

  it.each<[Partial<RunOptions>, string]>([
    [{ csv: 'gone/a.csv' }, '--csv gone/a.csv cannot be written: there is no folder /gone.'],
    [{ pdf: 'taken' }, '--pdf taken is a folder.'],
    [{ pdf: '-' }, 'A PDF is not for standard output.'],
    [{ json: '-', csv: '-' }, 'Only one report fits on standard output, not --json and --csv.'],
  ])('refuses %j before it measures anything', async (options, message) => {
    const engine = fakeEngine({ existing: { '/taken': 'folder' } })
    await expect(start(options, engine).exitCode).rejects.toThrow(message)
    expect(engine.called).toEqual([])
  })

  it('makes the project file, or goes on in the one that is there', async () => {
    const made = start({ project: 'new.batchscope', name: 'first' })
    await made.exitCode
    expect(paramsOf(made.engine, 'createProject')).toEqual([{ path: '/new.batchscope' }])
    expect(paramsOf(made.engine, 'startExperiment')[0]).toMatchObject({
      projectId: 'p7',
      scratch: false,
      name: 'first',
    })
    const engine = fakeEngine({ existing: { '/old.batchscope': 'file' } })
    await start({ project: 'old.batchscope' }, engine).exitCode
    expect(paramsOf(engine, 'openProject')).toEqual([{ path: '/old.batchscope' }])
  })

  it('exits with 3 when no trial completed', async () => {
    const analysis = { ...exampleAnalysis, trials: [unfinishedTrial(1, 'crashed', 'It crashed.')] }
    expect(await start({}, fakeEngine({ analysis })).exitCode).toBe(3)
  })

  it('exits with 4 when no batch size meets the bound, and with 0 when one does', async () => {
    const constraints = { slo: { percentile: 99, milliseconds: 1 } }
    expect(await start({}, fakeEngine({ constraints })).exitCode).toBe(4)
    const analysis = {
      ...exampleAnalysis,
      recommendations: [
        { goal: 'slo' as const, batchSize: 2, equivalent: [2], reason: 'It answers in time.' },
      ],
    }
    expect(await start({}, fakeEngine({ constraints, analysis })).exitCode).toBe(0)
  })

  it('exits with 4 when nothing fits into the memory budget', async () => {
    expect(await start({}, fakeEngine({ constraints: { memoryBudgetBytes: 1e9 } })).exitCode).toBe(4)
  })

  it('stops when it is interrupted, prints what was finished, and exits with 130', async () => {
    const engine = fakeEngine({ runs: true })
    const { exitCode, interruption, terminal } = start({ csv: 'a.csv' }, engine)
    await new Promise((resolve) => setImmediate(resolve))
    interruption.abort()
    expect(await exitCode).toBe(130)
    expect(paramsOf(engine, 'stopExperiment')).toEqual([{ projectId: 'p1', experimentId: 'e1' }])
    expect(terminal.printed[0]).toContain('Use batch 8')
    expect(paramsOf(engine, 'saveReport')).toHaveLength(1)
  })

  it('starts nothing when it is interrupted before', async () => {
    const engine = fakeEngine()
    const terminal = recordedTerminal()
    const interrupted = AbortSignal.abort()
    expect(await runCommand('m.onnx', bare, { session: engine.session, terminal, interrupted })).toBe(130)
    expect(paramsOf(engine, 'startExperiment')).toEqual([])
  })

  it('passes on a failure that ended the run', async () => {
    const engine = fakeEngine({ runs: true })
    const { exitCode } = start({}, engine)
    await new Promise((resolve) => setImmediate(resolve))
    engine.emit({
      progress: {
        ...{ state: 'interrupted', executionsDone: 0, executionsPlanned: 4, block: 1, blocks: 2 },
        problem: { code: 'internal', message: 'The planner lost its way.', owner: 'system' },
      },
    })
    await expect(exitCode).rejects.toThrow('The planner lost its way.')
  })
})
