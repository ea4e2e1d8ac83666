import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import { formatBytes, formatNumber } from '../../contract/quantity.ts'
import type { SpeedRatio, VariantRow, VariantSummary } from '../../contract/variant-summary.ts'
import {
  cosineText,
  driftMeaning,
  errorText,
  modelTitle,
  partSentence,
  ratioText,
  relativeText,
  topOneText,
} from '../../contract/variant-words.ts'
import { right, memoryWords, nothing, type ReportTable } from './trial-table.ts'

/** Every trial of the reference and its variants side by side; `undefined` without variants. */
export function variantTable({ variants, trials }: Analysis): ReportTable | undefined {
  if (variants === undefined) return undefined
  const byId = new Map(trials.map((trial) => [trial.id, trial]))
  return {
    columns: [
      { title: 'Model', align: 'left' },
      ...['Batch', 'Items/s', 'Speed', 'p50 ms', 'Memory', 'File'].map(right),
      ...['Max error', 'Error', 'Cosine', 'Top-1'].map(right),
    ],
    rows: variants.flatMap((summary) =>
      summary.rows.flatMap((row) => {
        const trial = byId.get(row.trialId)
        return trial === undefined ? [] : [[modelTitle(summary, variants), ...cellsOf(summary, row, trial)]]
      }),
    ),
  }
}

/** What the table of trials tells too, and a page has no room for twice. */
const toldElsewhere = new Set(['p50 ms', 'Memory'])

/** The same table for a page of paper. */
export function narrowTable({ columns, rows }: ReportTable): ReportTable {
  const kept = columns.flatMap(({ title }, index) => (toldElsewhere.has(title) ? [] : [index]))
  return {
    columns: kept.flatMap((index) => columns[index] ?? []),
    rows: rows.map((cells) => kept.map((index) => cells[index] ?? '')),
  }
}

function cellsOf({ model, variant }: VariantSummary, row: VariantRow, trial: TrialReport): string[] {
  const measured = trial.outcome === 'completed' ? trial : undefined
  const { worst } = row
  return [
    String(trial.config.batchSize),
    measured === undefined
      ? trial.outcome.replaceAll('-', ' ')
      : formatNumber(measured.throughput.itemsPerSecond),
    variant === undefined ? (measured === undefined ? nothing : '1') : speedText(row.speed),
    measured === undefined ? nothing : formatNumber(measured.latencyMs.p50),
    memoryWords(trial),
    model === undefined ? nothing : formatBytes(model.bytes),
    worst === undefined ? nothing : errorText(worst.maxAbsolute),
    worst === undefined ? nothing : worst.notFinite > 0 ? 'not finite' : relativeText(worst.relative),
    cosineText(worst?.cosine),
    topOneText(worst?.top1Agreement),
  ]
}

/** `1.82 (1.75–1.90)`. */
export function speedText(speed: SpeedRatio | undefined): string {
  if (speed === undefined) return nothing
  const { ratio, ci95 } = speed
  return `${ratioText(ratio)}${ci95 === undefined ? '' : ` (${ratioText(ci95[0])}–${ratioText(ci95[1])})`}`
}

/** What the table means, what was compared in part, and why outputs were not compared; in sentences. */
export function variantRemarks({ variants, trials }: Analysis): string[] {
  if (variants === undefined) return []
  const part = partSentence(trials.flatMap(({ outputDrift }) => outputDrift ?? []))
  const problems = new Set(
    trials.flatMap(({ config, outputDriftProblem }) =>
      outputDriftProblem === undefined ? [] : [`${config.variant ?? ''}: ${outputDriftProblem}`],
    ),
  )
  return [
    'Speed is items per second over those of the reference at the same batch size, compared within blocks, with its 95 % interval.',
    ...driftMeaning,
    ...(part === undefined ? [] : [part]),
    ...problems,
  ]
}
