import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ComparisonSchema, parseThreshold } from '../../../../electron/contract/comparison.ts'
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

  it('compares run documents from their intervals, and says so', () => {
    const one = document(simulatedExperiment([cpu]))
    const comparison = compare(one, document(simulatedExperiment([slowCpu]), 'branch.json'))
    expect(comparison).toMatchObject({ method: 'summaries', overall: { verdict: 'slower' } })
    expect(comparison.methodNotes.join(' ')).toContain('95 % intervals of run documents')
    expect(compare(base, one).method).toBe('summaries')
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
      spec: { ...base.spec, rules: { ...base.spec.rules, maximumMs: 20_000 } },
    }
    const { differences } = compare(base, other)
    expect(differences.map(({ what }) => what)).toEqual([
      'model',
      'ONNX Runtime',
      'driver of device 0',
      'rule: measure at most',
    ])
    expect(differences[0]?.after).toBe('pruned.onnx (SHA-256 ffffffffffff)')
    expect(differences[3]).toMatchObject({ before: '10 s', after: '20 s' })
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
    expect(answer.support).toContain('main has batch 1, 2, 4 and 8; gpu has batch 1, 2, 4 and 8.')
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
