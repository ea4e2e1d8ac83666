import type { Rules } from '../../contract/experiment.ts'
import type { HostSession } from '../host/host-session.ts'
import { isSteady } from '../statistics/steady.ts'
import { isNarrowEnough } from '../statistics/stopping.ts'

/** Samples leave the host at most ten times a second. */
const reportEveryMs = 100

/** Each look at the samples comes this much later than the one before: looking must not disturb the measurement. */
const laterFactor = 1.15

export type OnSamples = (samplesMs: readonly number[]) => void

interface Window {
  samplesMs: number[]
  windowMs: number
  /** True when the rule ended it, false when its time was up. */
  satisfied: boolean
}

/** Runs until steady, or until the time is up (design section 3, step 3). */
export async function warmUp(session: HostSession, rules: Rules, onSamples: OnSamples): Promise<Window> {
  return sampleUntil(session, 'warming-up', rules.warmupMaximumMs, onSamples, {
    earliestMs: rules.warmupMinimumMs,
    fewest: rules.warmupMinimumSamples,
    satisfied: (samplesMs) => isSteady(samplesMs, rules.steadyTolerance),
  })
}

/** Samples until the interval of the mean is narrow enough, or until the time is up (design section 3, step 4). */
export async function measure(session: HostSession, rules: Rules, onSamples: OnSamples): Promise<Window> {
  return sampleUntil(session, 'measuring', rules.maximumMs, onSamples, {
    earliestMs: rules.minimumMs,
    fewest: rules.minimumSamples,
    satisfied: (samplesMs) => isNarrowEnough(samplesMs, rules.relativeHalfWidth),
  })
}

async function sampleUntil(
  session: HostSession,
  phase: 'warming-up' | 'measuring',
  maximumMs: number,
  onSamples: OnSamples,
  rule: { earliestMs: number; fewest: number; satisfied: (samplesMs: readonly number[]) => boolean },
): Promise<Window> {
  const samplesMs: number[] = []
  let satisfied = false
  let nextLookMs = rule.earliestMs
  const { windowMs } = await session.sample({ phase, maximumMs, reportEveryMs }, (report) => {
    for (const sample of report.samplesMs) samplesMs.push(sample)
    onSamples(report.samplesMs)
    if (satisfied || samplesMs.length < rule.fewest || report.elapsedMs < nextLookMs) return
    nextLookMs = report.elapsedMs * laterFactor
    satisfied = rule.satisfied(samplesMs)
    if (satisfied) session.endWindow()
  })
  return { samplesMs, windowMs, satisfied }
}
