import { describe, expect, it } from 'vitest'
import { compareCommand, type CompareOptions } from '../../../electron/cli/compare-command.ts'
import type { Comparison } from '../../../electron/contract/comparison.ts'
import type { ExperimentSummary } from '../../../electron/contract/project.ts'
import { comparedAt, exampleComparison } from './comparison-example.ts'
import { fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

const experiment = (id: string, name: string): ExperimentSummary => ({
  ...{ id, name, modelSha256: 'a', modelName: 'model.onnx', state: 'finished' },
  ...{ started: '2026-01-01T00:00:00.000Z', trials: 3, completed: 3 },
})

async function compare(
  options: CompareOptions = {},
  comparison?: Comparison,
  [before = '', after = '']: readonly string[] = ['main.batchscope', 'branch.batchscope'],
) {
  const experiments = [experiment('e1', 'old'), experiment('e2', 'new')]
  const engine = fakeEngine({
    ...(comparison && { comparison }),
    project: {
      id: 'p7',
      path: '/x',
      name: 'study',
      notices: ['A line was dropped.'],
      models: [],
      experiments,
    },
  })
  const terminal = recordedTerminal()
  const interrupted = new AbortController().signal
  const exitCode = await compareCommand(before, after, options, {
    ...{ session: engine.session, terminal, interrupted },
  })
  const asked = engine.called.find(({ name }) => name === 'compareExperiments')?.params
  return { exitCode, terminal, asked, engine, text: terminal.printed.join('\n') }
}

describe('batchscope compare', () => {
  it('prints what differs besides first, then the table, then the answer', async () => {
    const { text, exitCode, terminal } = await compare()
    expect(exitCode).toBe(0)
    const order = ['ONNX Runtime', '95 % interval', 'Compared by', 'branch is slower than main']
    const places = order.map((part) => text.indexOf(part))
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(Math.min(...places)).toBeGreaterThan(-1)
    expect(text).toMatch(/8 +16\.0 +17\.6 +1\.100 +1\.078 to 1\.122 +<0\.001 +0\.909 +1\.01 +slower/)
    expect(text).toMatch(/1\.002 .*no difference shown/)
    expect(terminal.noted).toEqual(['A line was dropped.', 'A line was dropped.'])
  })

  it('prints what is to be read with care between the numbers and the answer', async () => {
    const caution = 'In main, and not in branch, batch 8 was measured while the machine slowed itself down.'
    const { text } = await compare({}, { ...exampleComparison, cautions: [caution] })
    const flat = text.replaceAll(/\s+/g, ' ')
    expect(flat.indexOf(caution)).toBeGreaterThan(flat.indexOf('Compared by'))
    expect(flat.indexOf(caution)).toBeLessThan(flat.indexOf('branch is slower than main'))
  })

  it('compares the last experiments, or those that are named', async () => {
    const last = { projectId: 'p7', experimentId: 'e2' }
    expect((await compare()).asked).toEqual({ before: last, after: last, threshold: 0.03 })
    expect((await compare({ before: 'old', threshold: '5 %' })).asked).toEqual({
      ...{ before: { projectId: 'p7', experimentId: 'e1' }, after: last, threshold: 0.05 },
    })
  })

  it('leaves run documents to the engine, whatever their names end with', async () => {
    const { asked } = await compare({}, undefined, ['a.json', 'b.txt'])
    expect(asked).toMatchObject({ before: { path: '/a.json' }, after: { path: '/b.txt' } })
  })

  it.each([
    [{ failOn: 'slower' }, 5],
    [{ failOn: 'different' }, 5],
    [{ failOn: 'faster' }, 0],
    [{}, 0],
  ])('with %o ends with %i when the new run is slower', async (options, code) => {
    expect((await compare(options)).exitCode).toBe(code)
  })

  it('also fails on a single configuration, and not on no difference', async () => {
    const same = { ...exampleComparison.overall, ratio: 1, verdict: 'no-difference-shown' as const }
    const overall = { ...same, withinThreshold: true }
    const one = { ...exampleComparison, overall, configurations: [comparedAt(8, 0.9, 'faster')] }
    expect((await compare({ failOn: 'faster' }, one)).exitCode).toBe(5)
    const none = { ...one, configurations: [comparedAt(8, 1, 'no-difference-shown')] }
    for (const failOn of ['slower', 'faster', 'different']) {
      expect((await compare({ failOn }, none)).exitCode).toBe(0)
    }
  })

  it('ends with 3 when nothing could be compared, whatever was to fail', async () => {
    const nothing: Comparison = {
      ...exampleComparison,
      ...{ overall: null, configurations: [], answer: { headline: 'Nothing could be compared.' } },
    }
    const { exitCode, text } = await compare({ failOn: 'slower' }, nothing)
    expect(exitCode).toBe(3)
    expect(text).toContain('Nothing could be compared.')
  })

  it('prints nothing but the document with --json -, and writes it to a file otherwise', async () => {
    const printed = await compare({ json: '-' })
    expect(JSON.parse(printed.text)).toEqual(exampleComparison)
    const { engine, text, terminal } = await compare({ json: 'out.json' })
    expect(JSON.parse(engine.written.get('/out.json') ?? '')).toEqual(exampleComparison)
    expect(text).toContain('branch is slower')
    expect(terminal.noted.at(-1)).toBe('Wrote out.json.')
  })

  it.each<[CompareOptions, string[] | undefined, string]>([
    [{ threshold: '3' }, undefined, '--threshold "3" is no share'],
    [{ threshold: 'much' }, undefined, '--threshold "much" is no share'],
    [{ failOn: 'worse' }, undefined, '--fail-on "worse" is unknown.'],
    [{ after: 'other' }, undefined, 'The project study has no experiment "other".'],
    [{ before: 'old' }, ['a.json', 'b.json'], '--before chooses an experiment of a project'],
    [{ json: 'no/such.json' }, undefined, '--json no/such.json cannot be written'],
  ])('refuses %o %o in one sentence', async (options, paths, message) => {
    await expect(compare(options, undefined, paths)).rejects.toThrow(message)
  })
})
