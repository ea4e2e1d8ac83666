import type { Analysis, CompletedTrialReport, TrialReport } from '../../../electron/contract/analysis.ts'
import type { VariantRow, VariantSummary } from '../../../electron/contract/variant-summary.ts'
import { outputsWords, partSentence } from '../../../electron/contract/variant-words.ts'
import { completed } from '../../stores/trial-cells.ts'

/** A row of the table of variants. */
export interface VariantTableRow {
  id: string
  summary: VariantSummary
  row: VariantRow
  trial: TrialReport
  /** With numbers, where it has any. */
  measured: CompletedTrialReport | undefined
  /** The batch size where the model's throughput is highest. */
  isBest: boolean
}

/** Every trial of every model, in the order of the analysis; nothing without variants. */
export function variantRows({ variants = [], trials }: Analysis): VariantTableRow[] {
  const byId = new Map(trials.map((trial) => [trial.id, trial]))
  return variants.flatMap((summary) =>
    summary.rows.flatMap((row): VariantTableRow[] => {
      const trial = byId.get(row.trialId)
      if (trial === undefined) return []
      const isBest = summary.bestTrialId === trial.id
      return [{ id: trial.id, summary, row, trial, measured: completed(trial), isBest }]
    }),
  )
}

/** What stands in place of numbers about outputs, where there are none; and why. */
export function noDriftText({ summary, trial }: VariantTableRow): { text: string; why?: string } {
  if (summary.variant === undefined) return { text: '–' }
  if (trial.outputDriftProblem !== undefined) return { text: 'not compared', why: trial.outputDriftProblem }
  return { text: trial.outcome === 'completed' ? outputsWords.unknown : '–' }
}

/** Sentences under the table that hold for some of its rows only. */
export function variantNotes({ trials }: Analysis): string[] {
  const part = partSentence(trials.flatMap(({ outputDrift }) => outputDrift ?? []))
  return part === undefined ? [] : [part]
}
