import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Analysis } from '../../electron/contract/analysis.ts'
import type { LiveTrial, RunEvent, RunProgress, RunSnapshot } from '../../electron/contract/run-event.ts'
import type { TelemetrySample } from '../../electron/contract/telemetry.ts'
import type { CommandParams, CommandResult } from '../../electron/contract/workbench-api.ts'
import { useConnection } from './connection.ts'
import { deviceOf, followCurrent, lastMeasured, mergeTrials, type ExecutionSpan } from './run-bands.ts'
import { createRunTelemetry } from './run-telemetry.ts'

/** Which run it is, without what changes ten times a second. */
export type RunIdentity = Pick<RunSnapshot, 'projectId' | 'experimentId' | 'name' | 'modelName' | 'startedMs'>

/** The run in progress, or the last one of this launch: fetched once, then followed by its events. */
export const useRun = defineStore('run', () => {
  const connection = useConnection()
  const { client } = connection

  /** Null before the first run of this launch. */
  const snapshot = shallowRef<RunIdentity | null>(null)
  const progress = shallowRef<RunProgress | null>(null)
  const trials = shallowRef<readonly LiveTrial[]>([])
  const decisions = shallowRef<readonly string[]>([])
  const latestTelemetry = shallowRef<TelemetrySample | null>(null)
  /** When which trial was measured. */
  const spans = shallowRef<readonly ExecutionSpan[]>([])
  /** Readings over time; changes in place, and `revision` counts up when it does. */
  const telemetry = createRunTelemetry()
  const revision = ref(0)
  /** What an ended run shows: its answer, as soon as it is known. */
  const answer = shallowRef<Analysis['answer'] | null>(null)
  /** True once it is known whether there is a run. */
  const isKnown = ref(false)

  const isRunning = computed(() => progress.value?.state === 'running')
  const currentTrial = computed(() => {
    const id = progress.value?.current?.trialId
    return id === undefined ? undefined : trials.value.find(({ trial }) => trial.id === id)
  })

  /** Index of the device that it runs on, if any; an experiment uses one at most. */
  const device = computed(() => deviceOf(trials.value))
  /** What is being measured, or was last: there is none between two executions. */
  const lastConfig = computed(() => lastMeasured(spans.value, trials.value)?.trial.config)

  let sequence = 0
  let fetching: Promise<void> | undefined
  let waiting: RunEvent[] = []

  /** Fetches the run as it stands; events that arrive meanwhile are kept and applied on top. */
  function refetch(): Promise<void> {
    fetching ??= fetchRun().finally(() => {
      fetching = undefined
      const kept = waiting
      waiting = []
      for (const event of kept) continueWith(event)
    })
    return fetching
  }

  /** Like `refetch`, but never content with an answer that was asked for earlier. */
  async function fetchAnew(): Promise<void> {
    await fetching?.catch(() => undefined)
    await refetch()
  }

  async function fetchRun(): Promise<void> {
    const run = await client.call('currentRun', {})
    isKnown.value = true
    if (run === null) return
    const { projectId, experimentId } = run
    // Only for what happened before this page was there; the run can be followed without it.
    const history = await client.call('experimentHistory', { projectId, experimentId }).catch(() => undefined)
    takeSnapshot(run, history)
  }

  function takeSnapshot(run: RunSnapshot, history: CommandResult<'experimentHistory'> | undefined): void {
    snapshot.value = {
      projectId: run.projectId,
      experimentId: run.experimentId,
      name: run.name,
      modelName: run.modelName,
      startedMs: run.startedMs,
    }
    sequence = run.sequence
    progress.value = run.progress
    trials.value = run.trials
    decisions.value = run.decisions
    telemetry.clear()
    telemetry.device = deviceOf(run.trials)
    const firstMs = run.telemetry[0]?.timeMs ?? Infinity
    telemetry.addReadings(history?.telemetry.filter(({ timeMs }) => timeMs < firstMs) ?? [])
    telemetry.addReadings(run.telemetry)
    latestTelemetry.value = run.telemetry.at(-1) ?? null
    const past = (history?.spans ?? []).map(({ trialId, spanMs: [fromMs, toMs] }): ExecutionSpan => ({
      trialId,
      fromMs,
      toMs,
    }))
    spans.value = followCurrent(past, run.progress.current, latestTelemetry.value?.timeMs ?? run.startedMs)
    for (const { fromMs } of spans.value) telemetry.startExecution(fromMs)
    telemetry.addWindows(run.windows)
    revision.value += 1
  }

  function receive(event: RunEvent): void {
    if (fetching !== undefined) {
      waiting.push(event)
      return
    }
    // A resumed experiment counts from one again.
    const isRestarted = event.sequence <= sequence && !isRunning.value
    if (isOfThisRun(event) && !isRestarted) continueWith(event)
    else refetch().catch(() => undefined)
  }

  /** Applies an event that continues what is known; passes over what is known already; fetches when one was lost. */
  function continueWith(event: RunEvent): void {
    if (!isOfThisRun(event) || event.sequence <= sequence) return
    if (event.sequence > sequence + 1) {
      refetch().catch(() => undefined)
      return
    }
    sequence = event.sequence
    apply(event)
  }

  function isOfThisRun({ projectId, experimentId }: RunEvent): boolean {
    return snapshot.value?.projectId === projectId && snapshot.value.experimentId === experimentId
  }

  function apply(event: RunEvent): void {
    // Known before its readings are taken, however late its trials are planned.
    if (event.trials !== undefined) {
      trials.value = mergeTrials(trials.value, event.trials)
      telemetry.device = deviceOf(trials.value)
    }
    if (event.telemetry !== undefined) {
      telemetry.addReadings(event.telemetry)
      latestTelemetry.value = event.telemetry.at(-1) ?? latestTelemetry.value
    }
    if (event.decisions !== undefined) decisions.value = [...decisions.value, ...event.decisions]
    if (event.progress !== undefined) {
      progress.value = event.progress
      const nowMs = latestTelemetry.value?.timeMs ?? snapshot.value?.startedMs ?? 0
      spans.value = followCurrent(spans.value, event.progress.current, nowMs)
      if (event.progress.current !== undefined) telemetry.startExecution(event.progress.current.startedMs)
    }
    if (event.windows !== undefined) telemetry.addWindows(event.windows)
    revision.value += 1
  }

  client.subscribe('run', receive)
  watch(
    () => connection.state,
    (state, before) => {
      if (state === 'connected' && before !== 'connected') refetch().catch(() => undefined)
    },
  )
  refetch().catch(() => {
    isKnown.value = true
  })

  watch([isRunning, snapshot], async ([running, current]) => {
    answer.value = null
    if (running || current === null) return
    const { projectId, experimentId } = current
    const reply = await client.call('analyse', { projectId, experimentId }).catch(() => undefined)
    if (snapshot.value === current) answer.value = reply?.analysis.answer ?? null
  })

  function identity(): { projectId: string; experimentId: string } | undefined {
    if (snapshot.value === null) return undefined
    const { projectId, experimentId } = snapshot.value
    return { projectId, experimentId }
  }

  /** Ends the run; what finished is kept, and it can be resumed. */
  async function stop(): Promise<void> {
    const run = identity()
    if (run !== undefined) await client.call('stopExperiment', run)
  }

  /** Passes over a trial, the one that runs or one that waits. */
  async function skip(trialId: string): Promise<void> {
    const run = identity()
    if (run !== undefined) await client.call('skipTrial', { ...run, trialId })
  }

  async function start(params: CommandParams<'startExperiment'>): Promise<CommandResult<'startExperiment'>> {
    const started = await client.call('startExperiment', params)
    await fetchAnew()
    return started
  }

  /** Continues a stopped or interrupted experiment. */
  async function resume(experiment: CommandParams<'resumeExperiment'>): Promise<void> {
    const { projectId, experimentId } = experiment
    await client.call('resumeExperiment', { projectId, experimentId })
    await fetchAnew()
  }

  return {
    snapshot,
    progress,
    trials,
    decisions,
    latestTelemetry,
    spans,
    revision,
    answer,
    isKnown,
    isRunning,
    currentTrial,
    device,
    lastConfig,
    telemetry: () => telemetry,
    refetch,
    stop,
    skip,
    start,
    resume,
  }
})
