import type { ExecutionProvider, ExperimentDraft } from '../../contract/experiment.ts'

/** How a model's input is filled where its outputs are looked at; other inputs are fed as in any experiment. */
export type VerificationFill =
  /** Pictures that differ from each other in colour, contrast and pattern. */
  | { kind: 'pictures' }
  /** Whole numbers from 0 to `high`, both included. */
  | { kind: 'whole-numbers'; high: number }

/** A model to verify with. */
export interface VerificationModel {
  readonly name: string
  /** Absolute. */
  readonly path: string
  readonly batchSizes: readonly number[]
  /** By input. */
  readonly fills: Readonly<Record<string, VerificationFill>>
}

type MeasuringRules = Pick<ExperimentDraft, 'executions' | 'minTime' | 'maxTime' | 'warmupTime' | 'timeout'>

/** What is verified, with what and how long: all of it data, so that a test can do all of it in seconds. */
export interface VerificationPlan {
  readonly provider: ExecutionProvider
  readonly device?: number
  readonly timeBudgetMs: number
  readonly models: readonly VerificationModel[]
  readonly loadRules: MeasuringRules
  readonly sweepRules: MeasuringRules
  /** Batch sizes at which outputs are held against those of the CPU provider. */
  readonly outputBatchSizes: readonly number[]
  readonly tolerances: Tolerances
  readonly boundary: {
    /** The model whose memory boundary is searched. */
    readonly model: string
    /** That model, where it is none of those that are verified: it is measured briefly first, to predict the boundary. */
    readonly own?: VerificationModel
    /** Elements an item in the largest tensor of the model's graph; absent: its inputs are taken for the largest. */
    readonly largestTensorElements?: number
    readonly rules: MeasuringRules
    /** Limit on the memory of its session hosts: for providers whose memory is the host's. */
    readonly memoryBudget?: string
  }
  /** Absent where there is nothing to compare with. */
  readonly torch?: {
    readonly python: string
    /** Absolute. */
    readonly script: string
    readonly batchSizes: readonly number[]
  }
  /** Share of the time that each step may take at most, unless steps before it left some of theirs. */
  readonly shares: Readonly<Record<StepName, number>>
}

export const stepNames = ['load', 'outputs', 'sweeps', 'boundary', 'torch'] as const
export type StepName = (typeof stepNames)[number]

/** Where a check ends to pass. */
export interface Tolerances {
  /**
   * Of an output: Euclidean norm of the difference over that of the CPU provider's. On CUDA, ONNX Runtime allows TF32 by
   * default, which keeps 11 significant bits: each product is off by up to 2^-11 = 4.9e-4 of itself, and through some fifty
   * layers such errors, independent of each other, grow to some sqrt(50) x 4.9e-4 = 3.5e-3. In plain float32, with 24 bits,
   * they stay below 1e-4.
   */
  readonly outputRelative: number
  /** Median error of the prediction of memory, made before each execution, relative to what was needed. */
  readonly memoryPrediction: number
  /** Width of the memory boundary relative to the largest batch size that fits; one batch size is always near enough. */
  readonly boundaryWidth: number
  /** Fresh readings of the device a second, while something is measured. */
  readonly readingsPerSecond: number
  /** Median half width of the intervals of throughput: wider ones are told, but say little. */
  readonly intervalHalfWidth: number
}

const tolerances: Tolerances = {
  outputRelative: 1e-2,
  memoryPrediction: 0.15,
  boundaryWidth: 0.01,
  readingsPerSecond: 5,
  intervalHalfWidth: 0.1,
}

/** Providers that compute in float32 only. */
const float32Providers: readonly ExecutionProvider[] = ['cpu']
const float32Relative = 1e-3

/** Of skip-chain.onnx, an item: 64 channels of 128 x 128. */
const largestTensorElements = 64 * 128 * 128

const powersOfTwo = (largest: number) =>
  Array.from({ length: Math.floor(Math.log2(largest)) + 1 }, (_, power) => 2 ** power)

/** How to measure where speed is not asked for. */
const withoutSpeed = { minTime: '0', maxTime: '100', warmupTime: '0', timeout: '60' }

interface PlanOptions {
  provider: ExecutionProvider
  device?: number | undefined
  timeBudgetMs: number
  /** The folder of all resources. */
  resourcesFolder: string
  /** The user's Python. */
  python: string
  join(...parts: string[]): string
}

/**
 * What `batchscope verify` does. On a device: batch sizes up to 1,024, and the boundary of the device's own memory, with a
 * model that fills it while its tensors are small: those of the others pass 2^31 elements before a large device is full. On
 * the CPU, where the same takes hours: a few small batch sizes, and the boundary of a sample model under a memory budget.
 */
export function verificationPlan(options: PlanOptions): VerificationPlan {
  const { provider, device, timeBudgetMs, resourcesFolder, python, join } = options
  const onCpu = provider === 'cpu'
  const file = (name: string) => join(resourcesFolder, 'verification', name)
  const batchSizes = powersOfTwo(onCpu ? 4 : 1024)
  const sample: VerificationModel = {
    ...{ name: 'cnn-classifier', path: join(resourcesFolder, 'models', 'cnn-classifier.onnx') },
    ...{ batchSizes: powersOfTwo(64), fills: { image: { kind: 'pictures' } } },
  }
  const skipChain: VerificationModel = {
    ...{ name: 'skip-chain', path: file('skip-chain.onnx') },
    ...{ batchSizes: [1, 4, 16, 64], fills: { image: { kind: 'pictures' } } },
  }
  return {
    provider,
    ...(device !== undefined && { device }),
    timeBudgetMs,
    models: [
      {
        ...{ name: 'resnet-50', path: file('resnet-50.onnx'), batchSizes },
        fills: { image: { kind: 'pictures' } },
      },
      {
        ...{ name: 'bert-base', path: file('bert-base.onnx'), batchSizes },
        fills: { input_ids: { kind: 'whole-numbers', high: 30_521 } },
      },
      ...(onCpu ? [sample] : []),
    ],
    loadRules: { ...withoutSpeed, executions: '1' },
    sweepRules: { executions: '2', minTime: '500', maxTime: '2500', warmupTime: '250', timeout: '60' },
    outputBatchSizes: onCpu ? [1, 3] : [1, 3, 16],
    tolerances: {
      ...tolerances,
      ...(float32Providers.includes(provider) && { outputRelative: float32Relative }),
    },
    boundary: {
      ...(onCpu ? { model: sample.name } : { model: skipChain.name, own: skipChain, largestTensorElements }),
      // A size fits once it ran twice.
      rules: { ...withoutSpeed, executions: '2' },
      ...(onCpu && { memoryBudget: '200MiB' }),
    },
    ...((provider === 'cuda' || provider === 'tensorrt') && {
      torch: { python, script: file('torch-loop.py'), batchSizes: [1, 8, 32, 128, 512] },
    }),
    shares: { load: 0.1, outputs: 0.08, sweeps: 0.4, boundary: 0.27, torch: 0.12 },
  }
}
