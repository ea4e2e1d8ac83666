import { describe, expect, it } from 'vitest'
import type { ProviderStatus } from '../../../../electron/contract/provider-status.ts'
import type { Runtime } from '../../../../electron/contract/runtime.ts'
import type { ExperimentDraft } from '../../../../electron/contract/experiment.ts'
import { seriesConfigurations } from '../../../../electron/engine/experiment/configurations.ts'
import type { Here } from '../../../../electron/engine/experiment/draft-reading.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import { experimentName } from '../../../../electron/engine/experiment/new-experiment.ts'
import { dynamicModel } from './draft-models.ts'

const cpu: ProviderStatus = { name: 'cpu', usable: true }
const cuda: ProviderStatus = { name: 'cuda', usable: true }
const noCuda: ProviderStatus = {
  name: 'cuda',
  usable: false,
  reason: 'It has no CUDA provider.',
  hint: 'Install one: batchscope runtime install cuda13.',
}

const runtime = (name: string, providers: ProviderStatus[], onnxruntime = '1.29.0'): Runtime => ({
  ...{ name, folder: `/data/runtimes/${name}`, onnxruntime, providers },
  ...{ libraryFolders: [], providerLibraries: [] },
})

/** CUDA is used in cuda13; 1.30.0 is there for the CPU. */
const here: Here = {
  providers: [cpu, { ...cuda, runtime: 'cuda13' }],
  runtimes: [
    runtime('built-in', [cpu, noCuda]),
    runtime('cuda13', [cpu, cuda]),
    runtime('onnxruntime@1.30.0', [cpu, noCuda], '1.30.0'),
  ],
  devices: [],
}

function specOf(draft: ExperimentDraft, machine: Here | undefined = here) {
  const reading = readDraft({ batch: '1', ...draft }, dynamicModel, machine)
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join(' '))
  return reading.spec
}

const problemsOf = (draft: ExperimentDraft, machine: Here | undefined = here) => {
  const reading = readDraft({ batch: '1', ...draft }, dynamicModel, machine)
  return reading.ok ? [] : reading.problems
}

describe('the runtimes of an experiment', () => {
  it('are those in which each provider can be used, unless others are asked for', () => {
    expect(specOf({ executionProviders: 'cpu,cuda' }).factors.runtimes).toEqual({ cuda: ['cuda13'] })
    const series = seriesConfigurations(specOf({ executionProviders: 'cpu,cuda' }))
    expect(series.map((config) => config.runtime)).toEqual([undefined, 'cuda13'])
  })

  it('are no factor where all providers use the built-in one', () => {
    expect(specOf({ executionProviders: 'cpu' }).factors).not.toHaveProperty('runtimes')
    expect(specOf({ runtimes: 'built-in' }).factors).not.toHaveProperty('runtimes')
    expect(specOf({ runtimes: ' ' }).factors).not.toHaveProperty('runtimes')
  })

  it('are varied in the order given, each once', () => {
    const spec = specOf({ runtimes: 'onnxruntime@1.30.0, built-in,onnxruntime@1.30.0' })
    expect(spec.factors.runtimes).toEqual({ cpu: ['onnxruntime@1.30.0', 'built-in'] })
    expect(seriesConfigurations(spec).map((config) => config.runtime)).toEqual([
      'onnxruntime@1.30.0',
      undefined,
    ])
  })

  it('must be installed', () => {
    expect(problemsOf({ runtimes: 'built-in,cuda12' })).toEqual([
      {
        field: 'runtimes',
        message: 'The runtime "cuda12" is not installed.',
        hint: 'Install it: batchscope runtime install cuda12',
      },
    ])
  })

  it('must have names that there are', () => {
    const [problem, ...others] = problemsOf({ runtimes: 'onnxrutime@1.30.0' })
    expect(others).toEqual([])
    expect(problem?.field).toBe('runtimes')
    expect(problem?.message).toContain('"onnxrutime@1.30.0"')
    expect(problem?.message).not.toContain('not installed')
    expect(problemsOf({ runtimes: ',' })[0]?.message).toBe('"," names no runtime.')
  })

  it('must each be able to use each provider, else the reason is told', () => {
    expect(problemsOf({ executionProviders: 'cuda', runtimes: 'cuda13,built-in' })).toEqual([
      {
        field: 'runtimes',
        message: 'Execution provider "cuda" cannot be used in the built-in runtime: It has no CUDA provider.',
        hint: 'Install one: batchscope runtime install cuda13.',
      },
    ])
    const [problem] = problemsOf({ executionProviders: 'cpu,cuda', runtimes: 'onnxruntime@1.30.0' })
    expect(problem?.message).toMatch(/^Execution provider "cuda" cannot be used in runtime onnxruntime@1/)
  })

  it('are the built-in one alone on a machine that tells of no others', () => {
    const older: Here = { providers: [cpu], devices: [] }
    expect(specOf({ runtimes: 'built-in' }, older).factors).not.toHaveProperty('runtimes')
    expect(problemsOf({ runtimes: 'cuda13' }, older)[0]?.message).toContain('not installed')
  })

  it('stand in the name of the experiment where they were asked for', () => {
    const nameOf = (draft: ExperimentDraft) => experimentName(draft, specOf(draft))
    expect(nameOf({ batch: '1,4', runtimes: 'built-in,onnxruntime@1.30.0' })).toBe(
      'batch 1,4 on cpu, runtimes built-in, onnxruntime@1.30.0',
    )
    expect(nameOf({ batch: '1', runtimes: 'onnxruntime@1.30.0', threads: '1,2' })).toBe(
      'batch 1 on cpu, threads 1, 2, runtime onnxruntime@1.30.0',
    )
    expect(nameOf({ batch: '1', executionProviders: 'cuda' })).toBe('batch 1 on cuda')
  })
})
