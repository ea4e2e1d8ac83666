import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import type { CommandContext } from '../../../electron/cli/command-context.ts'
import { createProgram } from '../../../electron/cli/program.ts'
import { fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

/** Parses a command line against a fake engine; gives what was written and how it ended. */
async function type(...words: string[]) {
  const engine = fakeEngine()
  const terminal = recordedTerminal()
  const complaints: string[] = []
  const context: CommandContext = {
    session: engine.session,
    terminal,
    interrupted: new AbortController().signal,
  }
  let exitCode: number | undefined
  const program = createProgram('0.1.0', {
    withEngine: async (command) => {
      exitCode = await command(context)
    },
    alone: async (command) => {
      exitCode = await command(context)
    },
  })
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeErr: (text) => complaints.push(text),
      writeOut: (text) => complaints.push(text),
    })
  }
  try {
    await program.parseAsync(['node', 'batchscope', ...words])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { code: error.code, complaints, engine, terminal }
  }
  return { exitCode, complaints, engine, terminal }
}

const draftOf = (engine: ReturnType<typeof fakeEngine>) =>
  engine.called.find(({ name }) => name === 'startExperiment')?.params

describe('the command line', () => {
  it('reads every option of run', async () => {
    const { exitCode, engine } = await type(
      ...['run', 'm.onnx', '--batch', '1:8', '--ep', 'cpu,cuda', '--device', '1', '--threads', '1,2'],
      ...['--dim', 'a=1', '--dim', 'b=2,3', '--batch-axis', 'x=1', '--slo', 'p95<=5ms'],
      ...['--memory-budget', '2GiB', '--executions', '3', '--min-time', '10', '--max-time', '20'],
      ...['--warmup-time', '5', '--timeout', '9', '--seed', '7', '--name', 'mine'],
      ...['--time-budget', '60s', '--boundary-granularity', '4', '--tolerance', '1%'],
    )
    expect(exitCode).toBe(0)
    expect(draftOf(engine)).toMatchObject({
      name: 'mine',
      draft: {
        ...{ batch: '1:8', executionProviders: 'cpu,cuda', device: '1', threads: '1,2' },
        ...{ dims: ['a=1', 'b=2,3'], batchAxes: ['x=1'], slo: 'p95<=5ms', memoryBudget: '2GiB' },
        ...{ timeBudget: '60s', boundaryGranularity: '4', tolerance: '1%' },
        ...{ executions: '3', minTime: '10', maxTime: '20', warmupTime: '5', timeout: '9', seed: '7' },
      },
    })
  })

  it('leaves a negative batch size to the grammar, which can say what is wrong', async () => {
    const { engine } = await type('run', 'm.onnx', '--batch', '-1')
    expect(draftOf(engine)).toMatchObject({ draft: { batch: '-1' } })
  })

  it.each([
    [['frobnicate'], "batchscope: unknown command 'frobnicate'"],
    [['run', 'm.onnx', '--bach', '1'], "batchscope: unknown option '--bach' (Did you mean --batch?)"],
    [['run'], "batchscope: missing required argument 'MODEL'"],
    [['run', 'a.onnx', 'b.onnx'], "batchscope: too many arguments for 'run'. Expected 1 argument but got 2."],
    [['run', 'm.onnx', '--json'], "batchscope: option '--json <FILE>' argument missing"],
  ])('says in one line what is wrong with %j', async (words, line) => {
    const { complaints } = await type(...words)
    expect(complaints).toEqual([`${line}\n`])
  })

  it.each(['run', 'inspect', 'report', 'compare', 'serve', 'doctor'])(
    'has a help text for %s',
    async (name) => {
      const { code, complaints } = await type(name, '--help')
      expect(code).toBe('commander.helpDisplayed')
      expect(complaints.join('')).toContain(`Usage: batchscope ${name}`)
    },
  )

  it('tells the exit codes in its help', async () => {
    const { complaints } = await type('--help')
    for (const exitCode of [0, 1, 2, 3, 4, 5, 130]) {
      expect(complaints.join('')).toMatch(new RegExp(`^ {2}${exitCode} +\\S`, 'm'))
    }
  })

  it('refuses a port that is none', async () => {
    await expect(type('serve', '--port', 'http')).rejects.toThrow('--port "http" is no port.')
  })

  it('prints the model as JSON with inspect --json, and as text without', async () => {
    const json = await type('inspect', 'm.onnx', '--json')
    expect(JSON.parse(json.terminal.printed.join(''))).toMatchObject({ name: 'm.onnx', opset: 17 })
    const text = (await type('inspect', 'm.onnx')).terminal.printed.join('')
    expect(text).toContain('tokens  int64             0  [batch, sequence]')
  })

  it('prints what the machine offers with doctor', async () => {
    const text = (await type('doctor')).terminal.printed.join('')
    expect(text).toMatch(/– cuda +The CUDA provider is not installed\. Install it\./)
    expect(text).toContain('Ready to measure on cpu')
    const json = await type('doctor', '--json')
    expect(JSON.parse(json.terminal.printed.join(''))).toMatchObject({ runtime: { onnxruntime: '1.29.0' } })
  })
})
