import type { TimeView } from './ring-points.ts'

/** How much of a run its live charts show. */
export const timeSpans = ['minute', 'five-minutes', 'all'] as const
export type TimeSpan = (typeof timeSpans)[number]

const second = 1_000
const minute = 60 * second
const spanMs: Record<Exclude<TimeSpan, 'all'>, number> = { minute, 'five-minutes': 5 * minute }
const wholeSpans = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120].map((m) => m * minute)

/**
 * The stretch of time to show at `nowMs` of a run that began at `startedMs`. The whole of a running one is shown in
 * a span that grows by steps and fills up, so that the curves do not shrink a little with every reading; the whole of
 * an ended one exactly.
 */
export function timeView(span: TimeSpan, startedMs: number, nowMs: number, isRunning: boolean): TimeView {
  const originMs = startedMs
  if (span !== 'all') {
    const length = spanMs[span]
    const toMs = Math.max(nowMs, startedMs + length)
    return { fromMs: toMs - length, toMs, originMs }
  }
  const elapsed = Math.max(second, nowMs - startedMs)
  const length = isRunning
    ? (wholeSpans.find((candidate) => candidate >= elapsed) ?? elapsed * 1.05)
    : elapsed
  return { fromMs: startedMs, toMs: startedMs + length, originMs }
}
