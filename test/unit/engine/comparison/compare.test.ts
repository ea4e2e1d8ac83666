import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { CompletedTrialReport } from '../../../../electron/contract/analysis.ts'
import { ComparisonSchema, parseThreshold } from '../../../../electron/contract/comparison.ts'
import type { Flag } from '../../../../electron/contract/trial.ts'
import type { ExperimentState } from '../../../../electron/engine/project/state.ts'
import { compareRuns } from '../../../../electron/engine/comparison/compare.ts'
import {
  sideOfDocument,
  sideOfExperiment,
  type ComparedSide,
} from '../../../../electron/engine/comparison/side.ts'
import { runDocument } from '../../../../electron/engine/report/run-document.ts'
import { simulatedExperiment, type SimulatedSeries } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'

const batchSizes = [1, 2, 4, 8]
const cpu: SimulatedSeries = { executionProvider: 'cpu', batchSizes }
/** Everything takes a fifth longer. */
const slowCpu: SimulatedSeries = { ...cpu, machine: { overheadMs: 1.9 * 1.2, perItemMs: 0.31 * 1.2 } }

function project(experiment: ExperimentState, source = 'main'): ComparedSide {
  const { analysis, model } = reportInputOf(experiment)
  return sideOfExperiment(source, experiment, model, analysis)
}

const document = (experiment: ExperimentState, source = 'main.json') =>
  sideOfDocument(source, runDocument(reportInputOf(experiment)))

/** The side with its completed trials changed. */
function changed(
  side: ComparedSide,
  change: (report: CompletedTrialReport) => CompletedTrialReport,
): ComparedSide {
  const trials = side.trials.map((report) => (report.outcome === 'completed' ? change(report) : report))
  return { ...side, trials }
}

const runtimesHere = ['built-in', 'onnxruntime@1.30.0'].map((name) => ({
  name,
  folder: `/data/runtimes/${name}`,
  onnxruntime: name === 'built-in' ? '1.29.0' : '1.30.0',
  libraryFolders: [],
  providerLibraries: [],
  providers: [],
}))

/** The side as if it had been measured in that runtime. */
function inRuntime(side: ComparedSide, runtime: string): ComparedSide {
  return {
    ...changed(side, (report) => ({ ...report, config: { ...report.config, runtime } })),
    environment: { ...side.environment, runtimes: runtimesHere },
  }
}

const withoutExecutions = (side: ComparedSide) =>
  changed(side, ({ perExecution: _perExecution, ...report }) => report)

const options = { threshold: 0.03, generator: 'batchscope 0.1.0' }
const compare = (before: ComparedSide, after: ComparedSide, threshold = 0.03) => {
  const comparison = compareRuns(before, after, { ...options, threshold })
  // Whatever the input, the result is what the contract says: no NaN, nothing left out.
  expect(v.safeParse(ComparisonSchema, JSON.parse(JSON.stringify(comparison))).issues).toBeUndefined()
  return comparison
}

describe('comparing two runs', () => {
  const base = project(simulatedExperiment([cpu]))
  const slow = project(simulatedExperiment([slowCpu]), 'branch')

  it('says in one sentence that the new one is slower, and by how much', () => {
    const { overall, answer, configurations, method } = compare(base, slow)
    expect(method).toBe('executions')
    expect(overall).toMatchObject({ verdict: 'slower', withinThreshold: false })
    expect(overall?.ratio).toBeCloseTo(1.2, 1)
    expect(answer.headline).toMatch(
      /^branch is slower than main: latency was measured \d\d % higher over 4 configurations \(95 % interval \+\d\d % to \+\d\d %\)\.$/,
    )
    expect(configurations.map(({ config }) => config.batchSize)).toEqual(batchSizes)
    for (const { latency, throughput, beforeMs, afterMs } of configurations) {
      expect(latency.verdict).toBe('slower')
      expect(throughput.ratio).toBeCloseTo(1 / latency.ratio, 2)
      expect(afterMs / beforeMs).toBeCloseTo(latency.ratio, 9)
    }
    expect(answer.support).toBe('Each configuration shows it by itself.')
  })

  it('says the opposite the other way round', () => {
    expect(compare(slow, base).answer.headline).toMatch(
      /^main is faster than branch: latency was measured 1\d % lower/,
    )
  })

  it('says of documents exactly what it says of the projects they came from', () => {
    const [was, is] = [simulatedExperiment([cpu, { ...cpu, threads: 2 }]), simulatedExperiment([slowCpu])]
    const fromProjects = compare(project(was), project(is, 'branch'))
    // Documents do not tell the experiment's name and begin.
    const written = (experiment: ExperimentState, { run }: ComparedSide): ComparedSide => ({
      ...sideOfDocument(run.source, JSON.parse(JSON.stringify(runDocument(reportInputOf(experiment))))),
      run,
    })
    const fromDocuments = compare(written(was, project(was)), written(is, project(is, 'branch')))
    expect(fromDocuments).toEqual(fromProjects)
    expect(fromDocuments.method).toBe('executions')
    expect(compare(written(was, project(was)), project(is, 'branch'))).toEqual(fromProjects)
  })

  it('compares documents of versions that wrote no executions from their intervals, and says so', () => {
    const one = withoutExecutions(document(simulatedExperiment([cpu])))
    const other = document(simulatedExperiment([slowCpu]), 'branch.json')
    const comparison = compare(one, withoutExecutions(other))
    expect(comparison).toMatchObject({ method: 'summaries', overall: { verdict: 'slower' } })
    expect(comparison.methodNotes.join(' ')).toContain('95 % intervals of run documents')
    expect(compare(one, other).method).toBe('summaries')
    expect(compare(base, one).method).toBe('summaries')
  })

  it('trusts no executions that nothing can have measured: a document can be edited by hand', () => {
    const one = document(simulatedExperiment([cpu]))
    for (const change of [
      { meanLatencyMs: 0 },
      { meanLatencyMs: -1 },
      { itemsPerSecond: 0 },
      { samples: 0 },
      { meanRelativeVariance: -1 },
    ]) {
      const edited = changed(one, ({ perExecution = [], ...report }) => ({
        ...report,
        perExecution: perExecution.map((each) => ({ ...each, ...change })),
      }))
      expect(compare(one, edited)).toMatchObject({ method: 'summaries', overall: { ratio: 1 } })
    }
    const none = changed(one, (report) => ({ ...report, perExecution: [] }))
    expect(compare(one, none).method).toBe('summaries')
  })

  it('names what runs of one project differ in', () => {
    const first = project(simulatedExperiment([cpu], { name: 'ORT 1.28' }))
    const second = project(simulatedExperiment([slowCpu], { name: 'ORT 1.29' }))
    expect(compare(first, second).answer.headline).toMatch(/^ORT 1\.29 is slower than ORT 1\.28:/)
  })

  it('knows memory where both runs know it', () => {
    const heavy = { ...cpu, machine: { fixedBytes: 2 * 640 * 1024 ** 2, perItemBytes: 2 * 96 * 1024 ** 2 } }
    const [first] = compare(base, project(simulatedExperiment([heavy]))).configurations
    expect(first?.memory.hostRatio).toBeCloseTo(2, 1)
    expect(first?.memory).not.toHaveProperty('deviceRatio')
  })
})

describe('what differs besides', () => {
  it('is the runtime, of two runs that each used another one', () => {
    const base = project(simulatedExperiment([cpu]))
    const newer = inRuntime(project(simulatedExperiment([slowCpu]), 'branch'), 'onnxruntime@1.30.0')
    const { differences, configurations, unmatched } = compare(base, newer)
    expect(unmatched).toEqual([])
    expect(configurations.map(({ config }) => config.batchSize)).toEqual(batchSizes)
    expect(differences).toEqual([
      { what: 'ONNX Runtime', before: '1.29.0', after: '1.30.0' },
      { what: 'runtime', before: 'built-in', after: 'onnxruntime@1.30.0' },
    ])
  })

  it('is no runtime that is installed and was not used', () => {
    const base = project(simulatedExperiment([cpu]))
    const installed = { ...base.environment, runtimes: runtimesHere }
    expect(compare(base, { ...base, environment: installed }).differences).toEqual([])
  })

  it('matches runtime by runtime where one of the runs used several', () => {
    const both = project(simulatedExperiment([cpu]), 'both')
    const newer = inRuntime(both, 'onnxruntime@1.30.0')
    const trials = [...both.trials, ...newer.trials.map((trial) => ({ ...trial, id: `${trial.id}-newer` }))]
    const { configurations, unmatched, answer, differences } = compare({ ...newer, trials }, newer)
    expect(differences).toEqual([])
    expect(configurations.map(({ config }) => config.runtime)).toEqual(
      batchSizes.map(() => 'onnxruntime@1.30.0'),
    )
    expect(unmatched.map(({ config }) => config.runtime)).toEqual(batchSizes.map(() => undefined))
    expect(answer.support).toContain('only in the reference')
  })

  it('comes with both values, the model first', () => {
    const base = project(simulatedExperiment([{ ...cpu, executionProvider: 'cuda' }]))
    const [device] = base.environment.devices
    const other: ComparedSide = {
      ...base,
      run: { ...base.run, model: { name: 'pruned.onnx', sha256: 'f'.repeat(64) } },
      environment: {
        ...base.environment,
        runtime: { ...base.environment.runtime, onnxruntime: '1.30.0' },
        devices: device === undefined ? [] : [{ ...device, driver: '999.1' }],
      },
      spec: {
        ...base.spec,
        rules: { ...base.spec.rules, maximumMs: 20_000 },
        inputs: { x: { path: '/data/x.npy', sha256: 'a'.repeat(64), shape: [8, 3], items: 8 } },
      },
    }
    const { differences } = compare(base, other)
    expect(differences.map(({ what }) => what)).toEqual([
      'model',
      'values of x',
      'ONNX Runtime',
      'driver of device 0',
      'rule: measure at most',
    ])
    expect(differences[0]?.after).toBe('pruned.onnx (SHA-256 ffffffffffff)')
    expect(differences[1]).toMatchObject({ before: 'none', after: 'SHA-256 aaaaaaaaaaaa' })
    expect(differences[4]).toMatchObject({ before: '10 s', after: '20 s' })
  })

  it('is nothing for runs of the same kind at the same place', () => {
    const base = project(simulatedExperiment([cpu]))
    expect(compare(base, { ...base }).differences).toEqual([])
  })
})

describe('what cannot be compared', () => {
  it('is named with the run that has it', () => {
    const some = project(simulatedExperiment([{ ...cpu, batchSizes: [1, 2, 4] }]))
    const others = project(simulatedExperiment([{ ...cpu, batchSizes: [2, 4, 16] }]), 'branch')
    const { unmatched, answer } = compare(some, others)
    expect(unmatched.map(({ config }) => config.batchSize)).toEqual([1, 16])
    expect(answer.support).toContain(
      'Not compared: batch 1 only in the reference; batch 16 only in the new run.',
    )
  })

  it('is everything where no configuration is common: then each run tells what it has', () => {
    const gpu = project(simulatedExperiment([{ ...cpu, executionProvider: 'cuda' }]), 'gpu')
    const { overall, answer } = compare(project(simulatedExperiment([cpu])), gpu)
    expect(overall).toBeNull()
    expect(answer.headline).toBe('Nothing could be compared: main and gpu have no configuration in common.')
    expect(answer.support).toContain(
      'main has batch 1, 2, 4 and 8 on cpu; gpu has batch 1, 2, 4 and 8 on cuda.',
    )
  })

  it('is everything where nothing completed', () => {
    const full = { ...cpu, machine: { limitBytes: 1 } }
    const { overall, answer, unmatched } = compare(
      project(simulatedExperiment([cpu])),
      project(simulatedExperiment([full]), 'full'),
    )
    expect(overall).toBeNull()
    expect(answer.headline).toContain('main and full completed no configuration that both have.')
    expect(answer.support).toContain('full completed none of its 4')
    expect(unmatched[0]).toMatchObject({ before: 'completed', after: 'out-of-memory' })
    const empty = project(simulatedExperiment([]))
    expect(compare(empty, { ...empty, run: { ...empty.run, source: 'b' } }).answer.headline).toContain(
      'neither main nor b has measured anything',
    )
  })

  it('is a verdict where every configuration ran in one process', () => {
    const once = (series: SimulatedSeries, source: string) => {
      const state = simulatedExperiment([series])
      return project(
        { ...state, executions: state.executions.filter(({ execution }) => execution.block === 1) },
        source,
      )
    }
    const { overall, answer } = compare(once(cpu, 'main'), once(slowCpu, 'branch'))
    expect(overall).toMatchObject({ verdict: 'no-difference-shown' })
    expect(overall).not.toHaveProperty('ci95')
    expect(answer.headline).toMatch(/^No verdict on branch against main: latency was measured \d\d % higher/)
    expect(answer.support).toContain('--executions 3')
  })
})

describe('what is to be read with care', () => {
  const flagged = (source: string, batches: number[], name: Flag['name']) =>
    changed(project(simulatedExperiment([cpu]), source), (report) => ({
      ...report,
      flags: batches.includes(report.config.batchSize) ? [{ name, reason: 'seen' }] : [],
    }))

  it('is a circumstance that only one of the runs was measured in', () => {
    expect(compare(flagged('main', [8], 'throttled'), flagged('branch', [], 'throttled')).cautions).toEqual([
      'In main, and not in branch, batch 8 was measured while the machine slowed itself down: that alone can look like a change.',
    ])
    const shared = flagged('branch', [1, 2], 'shared-device')
    expect(compare(flagged('main', [4], 'drifting'), shared).cautions).toEqual([
      'In main, and not in branch, batch 4 was measured while the speed of the machine changed: that alone can look like a change.',
      'In branch, and not in main, batch 1 and 2 were measured while something else used the processor, or had memory of the GPU: that alone can look like a change.',
    ])
  })

  it('is nothing where both were, or where the flag tells of something else', () => {
    const both = [flagged('main', [1, 8], 'throttled'), flagged('branch', [1, 8], 'throttled')] as const
    expect(compare(...both).cautions).toEqual([])
    expect(compare(flagged('main', [1], 'ep-fallback'), flagged('branch', [], 'throttled')).cautions).toEqual(
      [],
    )
  })

  it('is that two executions of one or two configurations cannot tell modes from a change', () => {
    const few = { ...cpu, batchSizes: [1, 2] }
    const slower = { ...few, machine: { overheadMs: 1.9 * 1.08, perItemMs: 0.31 * 1.08 } }
    const [was, is] = [project(simulatedExperiment([few])), project(simulatedExperiment([slower]), 'branch')]
    const { cautions, overall, configurations } = compare(was, is)
    expect(cautions).toEqual([
      '2 executions a side cannot tell two modes of a process from a change, so only a large one is called a change: use --executions 3 or more.',
    ])
    expect(overall?.verdict).toBe('no-difference-shown')
    expect(overall?.ci95?.[0]).toBeGreaterThan(1.03)
    expect(configurations.map(({ latency }) => latency.verdict)).toEqual(
      Array<string>(2).fill('no-difference-shown'),
    )
    // The same from the intervals of documents, and a verdict again for a large change.
    const summaries = compare(withoutExecutions(was), withoutExecutions(is))
    expect(summaries).toMatchObject({ cautions, overall: { verdict: 'no-difference-shown' } })
    const large = project(simulatedExperiment([{ ...slowCpu, batchSizes: [1, 2] }]), 'branch')
    expect(compare(was, large)).toMatchObject({ cautions, overall: { verdict: 'slower' } })
  })
})

describe('no difference', () => {
  const base = project(simulatedExperiment([cpu]))
  const again = { ...base, run: { ...base.run, source: 'again' } }

  it('is told apart: one that would matter is ruled out, or it is not', () => {
    expect(compare(base, again).answer.support).toContain('One beyond the threshold of 3 % is ruled out.')
    expect(compare(base, again, 0.0001).answer.support).toContain('More executions of each would tell more.')
  })
})

it.each([
  ['3%', 0.03],
  ['3 %', 0.03],
  [' 0.03 ', 0.03],
  ['.5', 0.5],
  ['0', 0],
  ['0%', 0],
  ['3', undefined],
  ['100%', undefined],
  ['-1%', undefined],
  ['three', undefined],
  ['', undefined],
])('reads the threshold %j as %s', (text, fraction) => {
  expect(parseThreshold(text)).toBe(fraction)
})
