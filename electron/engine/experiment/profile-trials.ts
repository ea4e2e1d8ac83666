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
import { mostProfiledMs, profiledCalls, profiledSizes } from './profiled-sizes.ts'
import { largestProfile, readProfile } from './read-profile.ts'
import { breakdownOf, shapeKeysOf } from './time-breakdown.ts'

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

/** After so many failures in a row along a series its larger batch sizes are left alone. */
const mostFailures = 2

/** A run apart may take so many times what is expected, and this much longer (a first start is slow), in ms. */
const patience = { times: 3, graceMs: 30_000 }

/** A profile that is older was left by a process that was killed: none is kept. In ms. */
const strayAgeMs = 24 * 3_600_000

/** A trial that is to be profiled, with the execution by which it was chosen. */
interface Candidate {
  readonly trial: Trial
  readonly execution: CompletedExecution
}

/**
 * Runs trials that have numbers and ran on a device a few times more, in a fresh host with ONNX Runtime's profiler on, and
 * records where the time of a call went. Nothing of it is part of the measurement, for profiling costs time. What goes wrong
 * becomes the problem of that trial; nothing is profiled twice, so that a resumed experiment goes on where it ended.
 */
export async function profileTrials(context: ProfilingContext): Promise<void> {
  const { experiment, signal, ports } = context
  await removeStrays(ports)
  const startedMs = ports.clock.now()
  const all = waitingSeries(experiment)
  const count = all.flat().length
  const expected = all.flat().reduce((sum, { execution }) => sum + expectedMs(execution), 0)
  let nth = 0
  let announced = false
  for (const series of all) {
    let failures = 0
    let shapeKeys: ReadonlySet<string> | undefined
    for (const { trial, execution } of series) {
      if (signal.aborted) return
      nth += 1
      const record = (time: Omit<TrialTime, 'trialId'>) => context.record({ trialId: trial.id, ...time })
      if (!hasTimeFor(execution, experiment, ports.clock.now() - startedMs)) {
        await record({ problem: 'Not profiled: the time budget was used up.' })
        continue
      }
      if (failures >= mostFailures) {
        await record({ problem: 'Not profiled: smaller batch sizes had failed already.' })
        continue
      }
      const { batchSize, executionProvider } = trial.config
      const which = `Profiling ${nth} of ${count}: batch ${batchSize} on ${executionProvider}`
      await context.say(announced ? `${which}.` : `${which}, ${announcement(expected)}`)
      announced = true
      const time = await profileTrial({ trial, execution }, shapeKeys, context)
      // What was interrupted is profiled when the experiment is resumed.
      if (signal.aborted) return
      failures = time.failed ? failures + 1 : 0
      shapeKeys ??= time.shapeKeys
      await record(time.shown)
    }
  }
}

function announcement(expected: number): string {
  const minutes = Math.round(expected / 60_000)
  const length = minutes < 1 ? 'less than a minute' : `about ${minutes} min`
  return `to see where the time goes. All of it takes ${length}, and can be stopped: everything is measured.`
}

/** Those on a device that completed and were chosen, less what was profiled before; by series, ascending by batch size. */
function waitingSeries(experiment: ExperimentState): Candidate[][] {
  const series = new Map<string, Candidate[]>()
  for (const trial of experiment.trials) {
    if (trial.config.executionProvider === 'cpu') continue
    const executions = executionsOf(trial, experiment)
    const execution = executions.find((each): each is CompletedExecution => each.outcome === 'completed')
    if (execution === undefined || executions.some(({ outcome }) => outcome === 'out-of-memory')) continue
    const key = seriesKey(trial.config)
    series.set(key, [...(series.get(key) ?? []), { trial, execution }])
  }
  return [...series.values()].map((each) =>
    profiledSizes(
      each
        .map((candidate) => ({ ...candidate, ...speedOf(candidate) }))
        .sort((a, b) => a.batchSize - b.batchSize),
    ).filter(({ trial }) => !experiment.trialTimes.has(trial.id)),
  )
}

function speedOf({ trial, execution }: Candidate) {
  const { batchSize } = trial.config
  const { samplesMs, windowMs } = execution
  return { batchSize, itemsPerSecond: (batchSize * samplesMs.length * 1000) / Math.max(windowMs, 1e-3) }
}

function executionsOf({ id }: Trial, { executions }: ExperimentState) {
  return executions.flatMap(({ execution }) => (execution.trialId === id ? [execution] : []))
}

/** Whether an extra run can be expected to end within the time budget. */
function hasTimeFor(execution: CompletedExecution, experiment: ExperimentState, spentMs: number): boolean {
  const { timeBudgetMs } = experiment.record.spec.constraints
  if (timeBudgetMs === undefined) return true
  const measuredMs = experiment.executions.reduce((sum, each) => sum + each.execution.durationMs, 0)
  return measuredMs + spentMs + expectedMs(execution) <= timeBudgetMs
}

/** Starting, loading and ending take what they took, and the runs what the samples took. */
function expectedMs({ durationMs, windowMs, warmup, samplesMs }: CompletedExecution): number {
  const { warmups, runs } = profiledCalls
  const sampleMs = windowMs / Math.max(1, samplesMs.length)
  const besidesMs = Math.max(0, durationMs - windowMs - warmup.ms)
  return besidesMs + Math.min(mostProfiledMs, (warmups + runs) * sampleMs)
}

/** What one trial's extra run came to. */
interface Profiled {
  readonly shown: Omit<TrialTime, 'trialId'>
  /** Nothing could be run, or nothing of it read. */
  readonly failed: boolean
  readonly shapeKeys?: ReadonlySet<string>
}

function failed(problem: string): Profiled {
  return { shown: { problem }, failed: true }
}

async function profileTrial(
  { trial, execution }: Candidate,
  known: ReadonlySet<string> | undefined,
  context: ProfilingContext,
): Promise<Profiled> {
  const { files } = context.ports
  const { record } = context.experiment
  // The time makes it the only one among all projects that share the folder.
  const name = `${record.started.replaceAll(/\W/g, '')}-${trial.id}`
  const folder = folderOf(context.ports)
  const prefix = files.resolve(folder, name)
  try {
    const profiled = await runProfiled(trial, prefix, expectedMs(execution), context)
    const path = (await profilesOf(context, folder, name)).at(-1)
    if (path === undefined) return failed('ONNX Runtime wrote no profile.')
    const file = await files.openForReading(path)
    try {
      if (file.bytes > largestProfile) {
        const problem = `Its profile is ${formatBytes(file.bytes)} large, more than the ${formatBytes(largestProfile)} that are read.`
        return { shown: { problem }, failed: false }
      }
      const calls = await readProfile(file, profiled.runs)
      const { executionProvider } = trial.config
      const shapeKeys = known ?? shapeKeysOf(calls)
      const breakdown = breakdownOf(calls, { ...profiled, executionProvider, shapeKeys })
      return breakdown === undefined
        ? failed("ONNX Runtime's profile has no complete call.")
        : { shown: { breakdown }, failed: false, shapeKeys }
    } finally {
      await file.close()
    }
  } catch (error) {
    return failed(`It could not be profiled: ${toFailure(error).message}`)
  } finally {
    for (const path of await profilesOf(context, folder, name))
      await files.remove(path).catch(() => undefined)
  }
}

function folderOf({ files }: Pick<Ports, 'files'>): string {
  return files.resolve(files.dataFolder, 'cache', 'profiles')
}

/** Profiles can be large, and a killed process leaves the one it was writing. */
async function removeStrays({ files, clock }: Pick<Ports, 'files' | 'clock'>): Promise<void> {
  const folder = folderOf({ files })
  const oldest = Date.parse(clock.wallTime()) - strayAgeMs
  for (const name of await files.list(folder).catch(() => [])) {
    const path = files.resolve(folder, name)
    const found = await files.stat(path).catch(() => undefined)
    if (found?.kind === 'file' && Date.parse(found.modified) < oldest)
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
async function runProfiled(
  { config }: Trial,
  profilePrefix: string,
  likelyMs: number,
  context: ProfilingContext,
) {
  const { ports, models, signal, experiment } = context
  const { seed, constraints, batchAxes } = experiment.record.spec
  const { batchSize, executionProvider, device, threads } = config
  const { memoryBudgetBytes } = constraints
  const planned = planTrial(models, config, { batchAxes })
  const runtime = context.runtimeOf(config)
  const session = new HostSession(ports.hosts.launch({ memoryBudgetBytes, runtime }), ports.clock)
  const profiling = session.profile({
    modelPath: modelOf(models, config).path,
    ...{ executionProvider, device, threads, ...planned },
    ...{ seed, ...profiledCalls, maximumMs: mostProfiledMs, profilePrefix },
  })
  try {
    return await supervised(session, profiling, {
      ...{ phase: 'measuring', batchSize, executionProvider, device, signal },
      ...{ timeoutMs: patience.times * likelyMs + patience.graceMs, clock: ports.clock },
    })
  } finally {
    await session.end()
  }
}
