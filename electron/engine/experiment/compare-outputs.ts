import { toFailure } from '../../contract/failure.ts'
import type { OutputValue } from '../../contract/host-protocol.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { OutputDrift, TrialDrift } from '../../contract/output-drift.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { Trial, TrialConfig } from '../../contract/trial.ts'
import { openEvaluator, type Evaluator } from '../host/evaluator.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import type { ExperimentState } from '../project/state.ts'
import { compareOutputs } from '../statistics/output-drift.ts'
import { configKey, ofReference, seriesKey } from './configurations.ts'
import { modelOf, planTrial, type TrialModels } from './plan-trial.ts'

interface ComparingContext {
  readonly ports: Pick<Ports, 'hosts' | 'clock'>
  readonly models: TrialModels
  readonly experiment: ExperimentState
  /** What a host of this configuration loads; throws where it is gone. */
  runtimeOf(config: TrialConfig): HostRuntime | undefined
  /** Ends it at once; what was compared is kept. */
  readonly signal: AbortSignal
  /** Tells what is being done, one sentence. */
  say(sentence: string): Promise<void>
  record(drift: TrialDrift): Promise<void>
}

/** After so many failures in a row along a series its larger batch sizes are left alone. */
const mostFailures = 2

/**
 * Runs every trial of a variant that has numbers once more, and the reference beside it on the same values, and records
 * how far the outputs lie apart. Each model has one host for all batch sizes of a series. What goes wrong becomes the
 * problem of that trial; nothing is compared twice, so that a resumed experiment goes on where it ended.
 */
export async function compareVariantOutputs(context: ComparingContext): Promise<void> {
  const { ports, models, experiment, signal } = context
  const { rules } = experiment.record.spec
  for (const trials of waitingSeries(experiment)) {
    const config = trials[0]?.config
    if (config === undefined || signal.aborted) return
    await context.say(`Comparing the outputs of ${config.variant} with those of the reference.`)
    const hostOf = (model: ModelDescription) =>
      new KeptHost(() =>
        openEvaluator(ports, {
          ...sessionOf(model, config),
          timeoutMs: rules.timeoutMs,
          signal,
          runtime: context.runtimeOf(config),
        }),
      )
    const hosts = { reference: hostOf(models.reference), variant: hostOf(modelOf(models, config)) }
    let failures = 0
    try {
      for (const trial of trials) {
        const drift =
          failures >= mostFailures
            ? { outputs: [], problem: 'Not compared: smaller batch sizes had failed already.' }
            : await compareTrial(trial, hosts, context)
        // What was interrupted is compared when the experiment is resumed.
        if (signal.aborted) return
        failures = drift.problem === undefined ? 0 : failures + 1
        await context.record({ trialId: trial.id, ...drift })
      }
    } finally {
      await Promise.all([hosts.reference.end(), hosts.variant.end()])
    }
  }
}

/** Trials of variants that completed and were not compared yet, by series, ascending by batch size. */
function waitingSeries({ trials, executions, outputDrifts }: ExperimentState): Trial[][] {
  const outcomes = new Map<string, Set<string>>()
  for (const { execution } of executions) {
    const known = outcomes.get(execution.trialId) ?? new Set<string>()
    outcomes.set(execution.trialId, known.add(execution.outcome))
  }
  const series = new Map<string, Trial[]>()
  for (const trial of trials) {
    const ended = outcomes.get(trial.id)
    if (trial.config.variant === undefined || outputDrifts.has(trial.id)) continue
    if (ended === undefined || !ended.has('completed') || ended.has('out-of-memory')) continue
    const key = seriesKey(trial.config)
    series.set(key, [...(series.get(key) ?? []), trial])
  }
  return [...series.values()].map((each) => each.sort((a, b) => a.config.batchSize - b.config.batchSize))
}

/** No sizes of free dimensions: the session is to take every batch size. */
function sessionOf({ path }: ModelDescription, { executionProvider, device, threads }: TrialConfig) {
  return { modelPath: path, executionProvider, device, threads }
}

type Compared = Omit<TrialDrift, 'trialId'>

async function compareTrial(
  { config }: Trial,
  hosts: { reference: KeptHost; variant: KeptHost },
  { models, experiment }: ComparingContext,
): Promise<Compared> {
  const { spec } = experiment.record
  const { batchSize, variant = '' } = config
  const tooLarge = tooLargeTogether(config, experiment)
  if (tooLarge !== undefined) return { outputs: [], problem: tooLarge }
  const run = async (host: KeptHost, of: TrialConfig, name: string): Promise<OutputValue[] | string> => {
    try {
      const { inputs } = planTrial(models, of, spec)
      return await host.run((evaluator) => evaluator.evaluate(inputs, { seed: spec.seed, batchSize }))
    } catch (error) {
      return `${name} could not be run for its outputs at batch size ${batchSize}: ${toFailure(error).message}`
    }
  }
  const reference = await run(hosts.reference, ofReference(config), 'The reference')
  if (typeof reference === 'string') return { outputs: [], problem: reference }
  const outputs = await run(hosts.variant, config, variant)
  if (typeof outputs === 'string') return { outputs: [], problem: outputs }
  return compareAll(models.reference, reference, outputs)
}

/** Every output of the reference beside the variant's of the same name. */
function compareAll(
  model: ModelDescription,
  reference: readonly OutputValue[],
  variant: readonly OutputValue[],
): Compared {
  const outputs: OutputDrift[] = []
  const problems: string[] = []
  for (const [index, output] of reference.entries()) {
    const other = counterpart(output, index, reference, variant)
    if (other === undefined) {
      problems.push(`The variant has no output "${output.name}".`)
      continue
    }
    const batchAxis = model.outputs.find(({ name }) => name === output.name)?.batchAxis
    const comparison = compareOutputs(output, other, { batchAxis })
    if (comparison.ok) outputs.push(comparison.drift)
    else problems.push(comparison.problem)
  }
  return { outputs, ...(problems.length > 0 && { problem: problems.join(' ') }) }
}

/** By name; by place where none of the names is the same, as converters like to rename. */
function counterpart(
  { name }: OutputValue,
  index: number,
  reference: readonly OutputValue[],
  variant: readonly OutputValue[],
): OutputValue | undefined {
  const renamed = !reference.some((one) => variant.some((other) => other.name === one.name))
  if (renamed && reference.length === variant.length) return variant[index]
  return variant.find((other) => other.name === name)
}

/** Of the machine's memory, what both hosts may take together: the rest is for everything else that runs. */
const mostOfMemory = 0.8

/** Why both models cannot be held at once at this batch size, by the memory that each of them was measured to need. */
function tooLargeTogether(config: TrialConfig, experiment: ExperimentState): string | undefined {
  const { host, devices } = experiment.record.environment
  const device = devices.find(({ index }) => index === config.device)
  const room = {
    host: host.memoryBytes,
    device: device?.memoryTotalBytes,
  }
  for (const of of ['host', 'device'] as const) {
    const limit = room[of]
    const needed = peak(config, of, experiment) + peak(ofReference(config), of, experiment)
    if (limit === undefined || needed <= mostOfMemory * limit) continue
    return `Not compared: both models at once need about ${formatBytes(needed)} at batch size ${config.batchSize}, more than can be spared of ${formatBytes(limit)}.`
  }
  return undefined
}

function peak(config: TrialConfig, of: 'host' | 'device', { trials, executions }: ExperimentState): number {
  const id = trials.find((trial) => configKey(trial.config) === configKey(config))?.id
  const own = executions.flatMap(({ execution }) => (execution.trialId === id ? [execution.memory] : []))
  return Math.max(
    0,
    ...own.map((memory) => (of === 'host' ? memory.hostPeakBytes : memory.devicePeakBytes) ?? 0),
  )
}

/** A model in a host that is kept from one batch size to the next, and started anew after a failure. */
class KeptHost {
  readonly #open: () => Promise<Evaluator>
  #evaluator: Evaluator | undefined

  constructor(open: () => Promise<Evaluator>) {
    this.#open = open
  }

  async run(evaluate: (evaluator: Evaluator) => ReturnType<Evaluator['evaluate']>): Promise<OutputValue[]> {
    this.#evaluator ??= await this.#open()
    try {
      return (await evaluate(this.#evaluator)).outputs
    } catch (error) {
      await this.end()
      throw error
    }
  }

  async end(): Promise<void> {
    const evaluator = this.#evaluator
    this.#evaluator = undefined
    await evaluator?.end()
  }
}
