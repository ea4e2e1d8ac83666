import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import { boundKinds } from '../../contract/time-breakdown.ts'
import { boundWords, profiledMs, timeParts, type TimePart } from '../../contract/time-words.ts'
import { joined } from './remarks.ts'
import { orderedTrials } from './report-input.ts'
import { nothing, seriesLabels, trialName, type ReportTable } from './trial-table.ts'

/** Where the time of a call goes, trial by trial; `undefined` where none was profiled. */
export function timeTable(analysis: Analysis): ReportTable | undefined {
  const trials = profiled(analysis)
  if (trials.length === 0) return undefined
  const labels = seriesLabels(analysis)
  const several = analysis.series.length > 1
  const right = (title: string) => ({ title, align: 'right' as const })
  const left = (title: string) => ({ title, align: 'left' as const })
  return {
    columns: [
      right('Batch'),
      ...(several ? [left('Configuration')] : []),
      ...['Call ms', 'Copy in', 'Compute', 'Wait', 'Copy out'].map(right),
      left('Bound'),
      right('CPU nodes'),
    ],
    rows: trials.map((trial) => {
      const { timeBreakdown: time } = trial
      const parts = timeParts(time)
      const part = (key: TimePart['key']) => {
        const found = parts.find((each) => each.key === key)
        return found === undefined ? nothing : profiledMs(found.ms)
      }
      return [
        String(trial.config.batchSize),
        ...(several ? [labels.get(trial.id) ?? nothing] : []),
        profiledMs(time.callMs),
        ...[part('in'), part('execute'), part('wait'), part('out')],
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
  "In ms a call, from ONNX Runtime's profile of a short extra run that is no part of the measurement; profiling takes time too. On a device, compute is mostly launching, and what of the rest is waiting for the device and what copying is an estimate."

type ProfiledTrial = TrialReport & Required<Pick<TrialReport, 'timeBreakdown'>>

function profiled(analysis: Analysis): ProfiledTrial[] {
  return orderedTrials(analysis).filter((trial): trial is ProfiledTrial => trial.timeBreakdown !== undefined)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
