import type { LiveTrial, RunProgress } from '../../electron/contract/run-event.ts'
import type { TrialReport } from '../../electron/contract/analysis.ts'

/** When one execution of a trial ran, on the telemetry clock in ms. */
export interface ExecutionSpan {
  trialId: string
  fromMs: number
  /** Absent while it runs. */
  toMs?: number
}

/**
 * The spans after the run moved on to `current`: the one that was open ends where the next begins, or at `nowMs` when
 * nothing follows. Gives the same array when nothing changed.
 */
export function followCurrent(
  spans: readonly ExecutionSpan[],
  current: RunProgress['current'],
  nowMs: number,
): readonly ExecutionSpan[] {
  const last = spans.at(-1)
  const isOpen = last !== undefined && last.toMs === undefined
  if (
    isOpen &&
    current !== undefined &&
    last.trialId === current.trialId &&
    last.fromMs === current.startedMs
  ) {
    return spans
  }
  if (!isOpen && current === undefined) return spans
  const ended = isOpen
    ? [...spans.slice(0, -1), { ...last, toMs: Math.max(last.fromMs, current?.startedMs ?? nowMs) }]
    : spans
  return current === undefined ? ended : [...ended, { trialId: current.trialId, fromMs: current.startedMs }]
}

/** How a trial that gave no numbers ended, for a mark in the charts; undefined for all others. */
export function failureOf(report: TrialReport | undefined): string | undefined {
  return report === undefined || report.outcome === 'completed' ? undefined : report.failure.message
}

/** Trials after some of them changed: in the order they were planned, new ones last. */
export function mergeTrials(trials: readonly LiveTrial[], changed: readonly LiveTrial[]): LiveTrial[] {
  const changes = new Map(changed.map((live) => [live.trial.id, live]))
  const kept = trials.map((live) => {
    const change = changes.get(live.trial.id)
    changes.delete(live.trial.id)
    return change ?? live
  })
  return [...kept, ...changes.values()]
}

/** Index of the device that trials run on: of the first that has one, because others run on the CPU. */
export function deviceOf(trials: readonly LiveTrial[]): number | undefined {
  return trials.find(({ trial }) => trial.config.device !== undefined)?.trial.config.device
}

/** The trial that is being measured, or was last; undefined before the first. */
export function lastMeasured(
  spans: readonly ExecutionSpan[],
  trials: readonly LiveTrial[],
): LiveTrial | undefined {
  const id = spans.at(-1)?.trialId
  return id === undefined ? undefined : trials.find(({ trial }) => trial.id === id)
}
