import { resolve, dirname } from 'node:path'
import type { Session, UsedCommands } from '../../../electron/cli/session.ts'
import type { Analysis } from '../../../electron/contract/analysis.ts'
import type { Comparison } from '../../../electron/contract/comparison.ts'
import type { Environment } from '../../../electron/contract/environment.ts'
import type { Constraints, ExperimentPreview } from '../../../electron/contract/experiment.ts'
import { BatchscopeError, badInput } from '../../../electron/contract/failure.ts'
import type { ProjectSummary } from '../../../electron/contract/project.ts'
import type { RunEvent } from '../../../electron/contract/run-event.ts'
import type { RuntimeInstall } from '../../../electron/contract/runtime.ts'
import type { CommandParams } from '../../../electron/contract/workbench-api.ts'
import { defaultRules } from '../../../electron/engine/experiment/rules.ts'
import { dynamicModel } from '../engine/experiment/draft-models.ts'
import { exampleAnalysis } from './analysis-example.ts'
import { exampleComparison } from './comparison-example.ts'
import { fakeVerification } from './fake-verification.ts'

export const exampleEnvironment: Environment = {
  host: {
    ...{ system: 'Debian GNU/Linux 12', kernel: '6.1.0', architecture: 'x64', cpu: 'Example CPU' },
    ...{ logicalCores: 8, memoryBytes: 32 * 1024 ** 3 },
  },
  runtime: { batchscope: '0.1.0', onnxruntime: '1.29.0', node: 'v20.20.0' },
  devices: [],
  providers: [
    { name: 'cpu', usable: true },
    { name: 'cuda', usable: false, reason: 'The CUDA provider is not installed.', hint: 'Install it.' },
  ],
  deviceTelemetry: { available: false, reason: 'nvidia-smi was not found.' },
  nextStep: 'Ready to measure on cpu: batchscope run MODEL.onnx --ep cpu',
}

const cancelledInstall = new BatchscopeError({
  code: 'cancelled',
  message: 'The installation of cuda13 was cancelled.',
  hint: 'What was downloaded is kept: install it again to go on from there.',
  owner: 'user',
})

interface FakeEngine {
  session: Session
  /** Every command that was called, with its parameters. */
  called: { name: string; params: unknown }[]
  /** What was written to files, by path. */
  written: Map<string, string>
  emit(event: Partial<RunEvent>): void
}

/**
 * An engine that answers from what it is given. A started experiment ends at once, unless `runs` is set: then it goes
 * on until it is stopped or an event ends it.
 */
export function fakeEngine(
  answers: {
    preview?: ExperimentPreview
    analysis?: Analysis
    comparison?: Comparison
    constraints?: Constraints
    project?: ProjectSummary
    existing?: Record<string, 'file' | 'folder'>
    runs?: boolean
    environment?: Environment
    /** What an installation tells as it goes; it then resolves, or rejects where the last of these is a failure. */
    installs?: RuntimeInstall[]
    /** With this, an installation goes on until it is cancelled. */
    installsUntilCancelled?: boolean
  } = {},
): FakeEngine {
  const called: FakeEngine['called'] = []
  const written: FakeEngine['written'] = new Map()
  const listeners = new Set<(event: RunEvent) => void>()
  const installListeners = new Set<(event: RuntimeInstall) => void>()
  const installing = new AbortController()
  const experiment = { projectId: 'p1', experimentId: 'e1' }
  let sequence = 0
  const emit = (event: Partial<RunEvent>) => {
    sequence += 1
    for (const listener of listeners) listener({ ...experiment, sequence, ...event })
  }
  const end = (state: 'finished' | 'stopped') =>
    emit({ progress: { state, executionsDone: 4, executionsPlanned: 4, block: 2, blocks: 2 } })
  const project: ProjectSummary = answers.project ?? {
    ...{ id: 'p7', path: '/work.batchscope', name: 'work', notices: [], models: [], experiments: [] },
  }
  const answer = <P, R>(name: string, give: (params: P) => R) => {
    return async (params: P): Promise<R> => {
      called.push({ name, params })
      return give(params)
    }
  }
  const commands: UsedCommands = {
    environment: answer('environment', () => answers.environment ?? exampleEnvironment),
    openModel: answer('openModel', ({ path }) => ({
      ...dynamicModel,
      path,
      name: path.split('/').at(-1) ?? path,
    })),
    probeBatchAxes: answer('probeBatchAxes', () => ({
      verdict: 'follows' as const,
      tried: [2, 3],
      message: 'Its outputs followed the batch at sizes 2 and 3.',
      outputAxes: {},
    })),
    makeModel: answer('makeModel', ({ path, kind }: CommandParams<'makeModel'>) => ({
      ...dynamicModel,
      path: '/data/models/made.onnx',
      derivation: {
        kind,
        from: { sha256: 'a'.repeat(64), name: 'model.onnx', path },
        changes: ['Input "x": dimension 0, fixed at 1, is now "batch".'],
        checks: ['At batch size 1, every output is exactly that of the original.'],
      },
    })),
    saveModelAs: answer('saveModelAs', () => ({})),
    openProject: answer('openProject', ({ path }: CommandParams<'openProject'>) => {
      if (path.endsWith('.txt')) throw badInput(`${path} is no Batchscope project.`)
      return project
    }),
    createProject: answer('createProject', () => project),
    previewExperiment: answer(
      'previewExperiment',
      () =>
        answers.preview ?? {
          problems: [],
          plan: { trials: 2, executions: 4, estimateMs: [7_000, 40_000] as [number, number], exact: true },
        },
    ),
    startExperiment: answer('startExperiment', () => {
      if (answers.runs !== true) queueMicrotask(() => end('finished'))
      return experiment
    }),
    stopExperiment: answer('stopExperiment', () => {
      end('stopped')
      return {}
    }),
    analyse: answer('analyse', () => ({
      spec: {
        factors: {
          batchSizes: { kind: 'list' as const, values: [1, 2] },
          executionProviders: ['cpu' as const],
          threads: [],
          dims: {},
        },
        rules: defaultRules,
        constraints: answers.constraints ?? {},
        seed: 1,
        batchAxes: {},
      },
      environment: exampleEnvironment,
      analysis: answers.analysis ?? exampleAnalysis,
    })),
    compareExperiments: answer('compareExperiments', () => answers.comparison ?? exampleComparison),
    renderReport: answer('renderReport', ({ format }: CommandParams<'renderReport'>) => ({
      fileName: `report.${format}`,
      mediaType: 'text/plain',
      encoding: 'utf8' as const,
      content: `<${format}>`,
    })),
    saveReport: answer('saveReport', () => ({})),
    installRuntime: answer('installRuntime', async (): Promise<Record<string, never>> => {
      for (const install of answers.installs ?? []) {
        for (const listener of installListeners) listener(install)
        if (install.failure !== undefined) throw new BatchscopeError(install.failure)
      }
      if (answers.installsUntilCancelled !== true) return {}
      return new Promise((_resolve, reject) => {
        const end = () => reject(cancelledInstall)
        if (installing.signal.aborted) end()
        installing.signal.addEventListener('abort', end)
      })
    }),
    cancelRuntimeInstall: answer('cancelRuntimeInstall', () => {
      installing.abort()
      return {}
    }),
    removeRuntime: answer('removeRuntime', () => ({})),
  }
  const session: Session = {
    commands,
    subscribe: (event, listener) => {
      if (event === 'runtimeInstall') {
        const own = (payload: RuntimeInstall) => (listener as (payload: RuntimeInstall) => void)(payload)
        installListeners.add(own)
        return () => installListeners.delete(own)
      }
      if (event !== 'run') return () => undefined
      const own = (payload: RunEvent) => (listener as (payload: RunEvent) => void)(payload)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    files: {
      resolve: (...parts) => resolve('/', ...parts),
      folderOf: (path) => dirname(path),
      write: async (path, content) => void written.set(path, String(content)),
      stat: async (path) => {
        const kind = { '/': 'folder' as const, ...answers.existing }[path]
        return kind === undefined ? undefined : { kind, bytes: 1, modified: '2026-01-01T00:00:00.000Z' }
      },
    },
    verification: fakeVerification(commands),
    close: () => Promise.resolve(),
  }
  return { session, called, written, emit }
}
