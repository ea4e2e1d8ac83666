import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import { boundKinds, type TimeBreakdown } from '../../contract/time-breakdown.ts'
import { boundWords, profiledMs, timeParts, type TimePart } from '../../contract/time-words.ts'
import { joined } from './remarks.ts'
import { orderedTrials } from './report-input.ts'
import { left, right, nothing, seriesLabels, trialName, type ReportTable } from './trial-table.ts'

/** Parts of a call, and whether their columns are there even where no call has any of it. */
const columns: { title: string; keys: readonly TimePart['key'][]; always: boolean }[] = [
  { title: 'Copy in', keys: ['in'], always: true },
  // Records from before the parts were kept tell of the two together.
  { title: 'Launch', keys: ['launch', 'execute'], always: true },
  { title: 'CPU', keys: ['cpu', 'between'], always: false },
  { title: 'Wait', keys: ['wait'], always: true },
  { title: 'Copy out', keys: ['out'], always: true },
]

function partMs(time: TimeBreakdown, keys: readonly TimePart['key'][]): number | undefined {
  const parts = timeParts(time).filter(({ key }) => keys.includes(key))
  return parts.length === 0 ? undefined : parts.reduce((sum, { ms }) => sum + ms, 0)
}

/** Where the time of a call goes, trial by trial; `undefined` where none was profiled. */
export function timeTable(analysis: Analysis): ReportTable | undefined {
  const trials = profiled(analysis)
  if (trials.length === 0) return undefined
  const labels = seriesLabels(analysis)
  const shown = columns.filter(
    ({ always, keys }) =>
      always || trials.some(({ timeBreakdown }) => (partMs(timeBreakdown, keys) ?? 0) > 0),
  )
  const several = analysis.series.length > 1
  return {
    columns: [
      right('Batch'),
      ...(several ? [left('Configuration')] : []),
      right('Call ms'),
      ...shown.map(({ title }) => right(title)),
      left('Bound'),
      right('CPU nodes'),
    ],
    rows: trials.map((trial) => {
      const { timeBreakdown: time } = trial
      return [
        String(trial.config.batchSize),
        ...(several ? [labels.get(trial.id) ?? nothing] : []),
        profiledMs(time.callMs),
        ...shown.map(({ keys, always }) => {
          const ms = partMs(time, keys) ?? (always ? undefined : 0)
          return ms === undefined ? nothing : profiledMs(ms)
        }),
        time.bound?.kind ?? nothing,
        String(time.fallback?.count ?? 0),
      ]
    }),
  }
}

/** What the table means: what trials are bound by, with evidence, and why others were not profiled. */
export function timeRemarks(analysis: Analysis): string[] {
  const trials = profiled(analysis)
  const problems = new Map<string, string[]>()
  for (const trial of orderedTrials(analysis)) {
    const { timeBreakdownProblem: problem } = trial
    if (problem !== undefined)
      problems.set(problem, [...(problems.get(problem) ?? []), trialName(trial, analysis)])
  }
  return [
    ...(trials.length === 0 ? [] : [provenance]),
    ...boundKinds.flatMap((kind) => {
      const bound = trials.filter(({ timeBreakdown: { bound: found } }) => found?.kind === kind)
      const last = bound.at(-1)
      if (last?.timeBreakdown.bound === undefined) return []
      const names = joined(bound.map((trial) => trialName(trial, analysis)))
      const where = bound.length > 1 ? ` ${capitalised(trialName(last, analysis))}:` : ''
      const { title, meaning } = boundWords[kind]
      return [`${capitalised(title)}: ${names}.${where} ${last.timeBreakdown.bound.evidence} ${meaning}`]
    }),
    ...[...problems].map(([problem, names]) => `${capitalised(joined(names))}: ${problem}`),
  ]
}

const provenance =
  "In ms a call, from ONNX Runtime's profile of a short extra run that is no part of the measurement; profiling takes time too. CPU is nodes that ran on the CPU, with the copies to and from them. What is launching, what waiting for the device and what copying back is an estimate."

type ProfiledTrial = TrialReport & Required<Pick<TrialReport, 'timeBreakdown'>>

function profiled(analysis: Analysis): ProfiledTrial[] {
  return orderedTrials(analysis).filter((trial): trial is ProfiledTrial => trial.timeBreakdown !== undefined)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
