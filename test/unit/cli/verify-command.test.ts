import { describe, expect, it } from 'vitest'
import { verifyCommand, type VerifyOptions } from '../../../electron/cli/verify-command.ts'
import { verificationText } from '../../../electron/cli/verification-text.ts'
import type { Check } from '../../../electron/engine/verification/report.ts'
import { exampleEnvironment, fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

async function verify(over: Partial<VerifyOptions> = {}, answers: Parameters<typeof fakeEngine>[0] = {}) {
  const engine = fakeEngine(answers)
  const terminal = recordedTerminal(80)
  const exitCode = await verifyCommand(
    { out: 'out', ep: 'cuda', timeBudget: '8min', ...over },
    { session: engine.session, terminal, interrupted: new AbortController().signal },
  )
  return { exitCode, terminal, engine }
}

const usable = {
  environment: { ...exampleEnvironment, providers: [{ name: 'cuda' as const, usable: true as const }] },
}

describe('verifying from the command line', () => {
  it('says in a line that there is no GPU, leaves both reports, and exits with 0', async () => {
    const { exitCode, terminal, engine } = await verify()
    expect(exitCode).toBe(0)
    expect(terminal.printed).toEqual([
      'Skipped: cuda cannot be used here. The CUDA provider is not installed. Install\nit.',
    ])
    const report = JSON.parse(engine.written.get('/out/gpu-verification.json') ?? '{}') as object
    expect(report).toMatchObject({ format: 'batchscope-verification', verdict: 'skipped', provider: 'cuda' })
    expect(engine.written.get('/out/gpu-verification.md')).toContain('**Skipped: cuda cannot be used here.')
    // Nothing was measured that a project could keep.
    expect(engine.called.map(({ name }) => name)).toEqual(['environment'])
  })

  it('prints the report itself with --json', async () => {
    const { terminal } = await verify({ json: true })
    expect(JSON.parse(terminal.printed.join(''))).toMatchObject({ verdict: 'skipped' })
  })

  it('exits with 4 when a check failed, and keeps the experiments in a project', async () => {
    const { exitCode, engine, terminal } = await verify({}, usable)
    expect(exitCode).toBe(4)
    expect(engine.called).toContainEqual({
      name: 'createProject',
      params: { path: '/out/gpu-verification.batchscope' },
    })
    expect(terminal.noted).toContain('✗ Loading: failed')
    expect(terminal.printed.join('')).toContain('Failed on unnamed device: Loading')
  })

  it('goes on with the project of an earlier time', async () => {
    const existing = { '/out/gpu-verification.batchscope': 'file' as const }
    const { engine } = await verify({}, { ...usable, existing })
    expect(engine.called.map(({ name }) => name)).toContain('openProject')
  })

  it.each<[string, Partial<VerifyOptions>, RegExp]>([
    ['an unknown provider', { ep: 'gpu' }, /--ep: Execution provider "gpu" is not known/],
    ['a time without a unit', { timeBudget: '8' }, /--time-budget: .*no unit/],
    ['a device that is no number', { device: 'first' }, /--device "first" is no index/],
    ['a device for the CPU', { ep: 'cpu', device: '0' }, /cpu runs on none/],
  ])('refuses %s', async (_what, options, words) => {
    await expect(verify(options)).rejects.toThrow(words)
  })

  it('refuses a file as the folder', async () => {
    await expect(verify({}, { existing: { '/out': 'file' } })).rejects.toThrow('--out out is a file.')
  })
})

describe('what is printed', () => {
  const check = (name: string, verdict: Check['verdict'], sentence: string): Check => ({
    ...{ id: name, name, verdict, sentence, figures: {}, durationMs: 1 },
  })

  it('fits into 80 columns', async () => {
    const { engine } = await verify()
    const report = JSON.parse(engine.written.get('/out/gpu-verification.json') ?? '{}')
    const long =
      'Batch 2,000 fits (ran twice), 2,010 runs out of device memory, and a small batch ran afterwards. '
    const text = verificationText(
      {
        ...{ ...report, verdict: 'failed', headline: long.repeat(2), notShown: [long.repeat(2)] },
        checks: [check('Memory boundary', 'passed', long.repeat(2)), check('Outputs', 'failed', 'Wrong.')],
      },
      recordedTerminal(80),
    )
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(text).toContain('✗ Outputs                Wrong.')
  })
})
