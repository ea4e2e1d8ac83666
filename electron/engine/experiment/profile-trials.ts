import { toFailure } from '../../contract/failure.ts'
import { formatBytes } from '../../contract/quantity.ts'
import type { TrialTime } from '../../contract/time-breakdown.ts'
import type { CompletedExecution, Trial, TrialConfig } from '../../contract/trial.ts'
import { supervised } from '../host/evaluator.ts'
import { HostSession } from '../host/host-session.ts'
import type { HostRuntime, Ports } from '../ports.ts'
import type { ExperimentState } from '../project/state.ts'
import { seriesKey } from './configurations.ts'
import { modelOf, planTrial, type TrialModels } from './plan-trial.ts'
import { largestProfile, readProfile } from './read-profile.ts'
import { breakdownOf } from './time-breakdown.ts'

interface ProfilingContext {
  readonly ports: Pick<Ports, 'hosts' | 'clock' | 'files'>
  readonly models: TrialModels
  readonly experiment: ExperimentState
  /** What a host of this configuration loads; throws where it is gone. */
  runtimeOf(config: TrialConfig): HostRuntime | undefined
  /** Ends it at once; what was profiled is kept. */
  readonly signal: AbortSignal
  /** Tells what is being done, one sentence. */
  say(sentence: string): Promise<void>
  record(time: TrialTime): Promise<void>
}

const warmups = 3
const runs = 10
/** Warm-ups and runs together, in ms; at least one of each is made whatever they take. */
const mostMs = 2000

/** After so many failures in a row along a series its larger batch sizes are left alone. */
const mostFailures = 2

/**
 * Runs every trial that has numbers and ran on a device a few times more, in a fresh host with ONNX Runtime's profiler on,
 * and records where the time of a call went. Nothing of it is part of the measurement, for profiling costs time. What goes
 * wrong becomes the problem of that trial; nothing is profiled twice, so that a resumed experiment goes on where it ended.
 */
export async function profileTrials(context: ProfilingContext): Promise<void> {
  const { experiment, signal, ports } = context
  const startedMs = ports.clock.now()
  for (const trials of waitingSeries(experiment)) {
    const config = trials[0]?.config
    if (config === undefined || signal.aborted) return
    await context.say(
      `Running what was measured on ${config.executionProvider} a few times more, with ONNX Runtime's profiler, to see where the time goes.`,
    )
    let failures = 0
    for (const trial of trials) {
      if (signal.aborted) return
      const spentMs = ports.clock.now() - startedMs
      const time =
        failures >= mostFailures
          ? { problem: 'Not profiled: smaller batch sizes had failed already.' }
          : hasTimeFor(trial, experiment, spentMs)
            ? await profileTrial(trial, context)
            : { problem: 'Not profiled: the time budget was used up.' }
      // What was interrupted is profiled when the experiment is resumed.
      if (signal.aborted) return
      failures = time.problem === undefined ? 0 : failures + 1
      await context.record({ trialId: trial.id, ...time })
    }
  }
}

/** Trials on a device that completed and were not profiled yet, by series, ascending by batch size. */
function waitingSeries(experiment: ExperimentState): Trial[][] {
  const series = new Map<string, Trial[]>()
  for (const trial of experiment.trials) {
    if (trial.config.executionProvider === 'cpu' || experiment.trialTimes.has(trial.id)) continue
    const outcomes = new Set(executionsOf(trial, experiment).map(({ outcome }) => outcome))
    if (!outcomes.has('completed') || outcomes.has('out-of-memory')) continue
    const key = seriesKey(trial.config)
    series.set(key, [...(series.get(key) ?? []), trial])
  }
  return [...series.values()].map((each) => each.sort((a, b) => a.config.batchSize - b.config.batchSize))
}

function executionsOf({ id }: Trial, { executions }: ExperimentState) {
  return executions.flatMap(({ execution }) => (execution.trialId === id ? [execution] : []))
}

/** Whether an extra run can be expected to end within the time budget. */
function hasTimeFor(trial: Trial, experiment: ExperimentState, spentMs: number): boolean {
  const { timeBudgetMs } = experiment.record.spec.constraints
  if (timeBudgetMs === undefined) return true
  const measuredMs = experiment.executions.reduce((sum, { execution }) => sum + execution.durationMs, 0)
  const completed = executionsOf(trial, experiment).find(
    (execution): execution is CompletedExecution => execution.outcome === 'completed',
  )
  return measuredMs + spentMs + (completed === undefined ? 0 : expectedMs(completed)) <= timeBudgetMs
}

/** Starting, loading and ending take what they took, and the runs what the samples took. */
function expectedMs({ durationMs, windowMs, warmup, samplesMs }: CompletedExecution): number {
  const sampleMs = windowMs / Math.max(1, samplesMs.length)
  return durationMs - windowMs - warmup.ms + Math.min(mostMs, (warmups + runs) * sampleMs)
}

async function profileTrial(trial: Trial, context: ProfilingContext): Promise<Omit<TrialTime, 'trialId'>> {
  const { files } = context.ports
  const { record } = context.experiment
  // The time makes it the only one among all projects that share the folder.
  const name = `${record.started.replaceAll(/\W/g, '')}-${trial.id}`
  const folder = files.resolve(files.dataFolder, 'cache', 'profiles')
  const prefix = files.resolve(folder, name)
  try {
    const profiled = await runProfiled(trial, prefix, context)
    const path = (await profilesOf(context, folder, name)).at(-1)
    if (path === undefined) return { problem: 'ONNX Runtime wrote no profile.' }
    const file = await files.openForReading(path)
    try {
      if (file.bytes > largestProfile) {
        return {
          problem: `Its profile is ${formatBytes(file.bytes)} large, more than the ${formatBytes(largestProfile)} that are read.`,
        }
      }
      const calls = await readProfile(file, profiled.runs)
      const { executionProvider } = trial.config
      const breakdown = breakdownOf(calls, { ...profiled, executionProvider })
      return breakdown === undefined
        ? { problem: "ONNX Runtime's profile has no complete call." }
        : { breakdown }
    } finally {
      await file.close()
    }
  } catch (error) {
    return { problem: `It could not be profiled: ${toFailure(error).message}` }
  } finally {
    for (const path of await profilesOf(context, folder, name))
      await files.remove(path).catch(() => undefined)
  }
}

/** The profiles of a trial, one unless an earlier try was broken off, the newest last. */
async function profilesOf({ ports }: ProfilingContext, folder: string, name: string): Promise<string[]> {
  const { files } = ports
  const names = await files.list(folder).catch(() => [])
  return names
    .filter((each) => each.startsWith(`${name}_`))
    .sort()
    .map((each) => files.resolve(folder, each))
}

/** Runs it in a host of its own, which is gone afterwards: then its profile is written. */
async function runProfiled({ config }: Trial, profilePrefix: string, context: ProfilingContext) {
  const { ports, models, signal, experiment } = context
  const { seed, rules, constraints, batchAxes } = experiment.record.spec
  const { batchSize, executionProvider, device, threads } = config
  const { memoryBudgetBytes } = constraints
  const planned = planTrial(models, config, { batchAxes })
  const runtime = context.runtimeOf(config)
  const session = new HostSession(ports.hosts.launch({ memoryBudgetBytes, runtime }), ports.clock)
  const profiling = session.profile({
    modelPath: modelOf(models, config).path,
    ...{ executionProvider, device, threads, ...planned },
    ...{ seed, warmups, runs, maximumMs: mostMs, profilePrefix },
  })
  try {
    return await supervised(session, profiling, {
      ...{ phase: 'measuring', batchSize, executionProvider, device, signal },
      ...{ timeoutMs: rules.timeoutMs, clock: ports.clock },
    })
  } finally {
    await session.end()
  }
}
