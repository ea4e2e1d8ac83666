import type { DraftField, ExperimentDraft } from '../contract/experiment.ts'

/** Options of `run` that describe the experiment, as commander gives them. */
export interface ExperimentOptions {
  batch?: string
  ep?: string
  device?: string
  runtime?: string
  threads?: string
  dim: string[]
  batchAxis: string[]
  input?: string[]
  variant?: string[]
  makeDynamic?: boolean
  slo?: string
  memoryBudget?: string
  timeBudget?: string
  boundaryGranularity?: string
  tolerance?: string
  executions?: string
  maxExecutions?: string
  minTime?: string
  maxTime?: string
  warmupTime?: string
  timeout?: string
  seed?: string
}

/** The draft that the options spell. */
export function draftOf(options: ExperimentOptions): ExperimentDraft {
  const { ep, dim, batchAxis, batch, device, threads, slo, memoryBudget, executions } = options
  const {
    minTime,
    maxTime,
    warmupTime,
    timeout,
    seed,
    timeBudget,
    boundaryGranularity,
    tolerance,
    maxExecutions,
    input,
    variant,
    makeDynamic,
    runtime,
  } = options
  return {
    ...{ batch, executionProviders: ep, device, threads, dims: dim, batchAxes: batchAxis, slo, memoryBudget },
    ...{
      inputs: input,
      variants: variant,
      makeDynamic: makeDynamic === true ? 'yes' : undefined,
      runtimes: runtime,
    },
    ...{ timeBudget, boundaryGranularity, tolerance, maxExecutions },
    ...{ executions, minTime, maxTime, warmupTime, timeout, seed },
  }
}

/** The option that a field of the draft comes from. */
export const optionNames: Record<DraftField, string> = {
  batch: '--batch',
  executionProviders: '--ep',
  device: '--device',
  runtimes: '--runtime',
  threads: '--threads',
  dims: '--dim',
  batchAxes: '--batch-axis',
  inputs: '--input',
  variants: '--variant',
  makeDynamic: '--make-dynamic',
  slo: '--slo',
  memoryBudget: '--memory-budget',
  timeBudget: '--time-budget',
  boundaryGranularity: '--boundary-granularity',
  tolerance: '--tolerance',
  executions: '--executions',
  maxExecutions: '--max-executions',
  minTime: '--min-time',
  maxTime: '--max-time',
  warmupTime: '--warmup-time',
  timeout: '--timeout',
  seed: '--seed',
}
