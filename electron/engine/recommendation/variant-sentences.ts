import type { CompletedTrialReport } from '../../contract/analysis.ts'
import type { VariantSummary } from '../../contract/variant-summary.ts'
import { driftClause, speedWords } from '../../contract/variant-words.ts'
import { ofReference, seriesKey } from '../experiment/configurations.ts'

/**
 * What a person must know who is told to use this trial, where there are variants: of a variant, what it gains over the
 * reference and how far its outputs lie off; of the reference, which variants are faster and not recommended, and why.
 */
export function variantSentences(
  chosen: Pick<CompletedTrialReport, 'id' | 'config'>,
  summaries: readonly VariantSummary[],
): string[] {
  const own = summaries.find(({ series }) => series === seriesKey(chosen.config))
  const gains = own?.variant === undefined ? [] : gainOf(chosen, own)
  const setting = seriesKey(ofReference(chosen.config))
  const left = summaries.flatMap((each) => {
    const { variant, outputs, bestSpeed } = each
    if (each.setting !== setting) return []
    const isPassedOver = outputs === 'apart' || outputs === 'unknown'
    if (variant === undefined || bestSpeed === undefined || !isPassedOver || !isFaster(bestSpeed)) return []
    const why =
      outputs === 'unknown'
        ? 'its outputs were not compared with those of the reference'
        : (clauseOf(each) ?? 'its outputs are others than those of the reference')
    return [
      `${variant} finishes ${speedWords(bestSpeed)} as many items per second as the reference, but ${why}: it is not recommended.`,
    ]
  })
  return [...gains, ...left]
}

/** `fp16 finishes 1.82 times (1.75 to 1.90) as many items per second as the reference at batch 16; its outputs lie ...` */
function gainOf(
  { id, config }: Pick<CompletedTrialReport, 'id' | 'config'>,
  { variant, rows, bestSpeed, bestTrialId }: VariantSummary,
): string[] {
  const row = rows.find(({ trialId }) => trialId === id)
  const drift = row?.worst ?? rows.findLast(({ worst }) => worst !== undefined)?.worst
  const speed =
    row?.speed !== undefined
      ? `${speedWords(row.speed)} as many items per second as the reference at batch ${config.batchSize}`
      : bestSpeed !== undefined && bestTrialId === id
        ? `${speedWords(bestSpeed)} as many items per second as the reference at its best batch size`
        : undefined
  const gain = speed === undefined ? [] : [`${variant} finishes ${speed}`]
  const parts = [...gain, ...(drift === undefined ? [] : [driftClause(drift)])]
  if (parts.length === 0) return []
  const sentence = `${parts.join('; ')}.`
  // A name is written as it is.
  return [gain.length > 0 ? sentence : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`]
}

/** Of the worst batch size. */
function clauseOf({ rows }: VariantSummary): string | undefined {
  const drifts = rows.flatMap(({ worst }) => worst ?? [])
  const [first, ...rest] = drifts
  if (first === undefined) return undefined
  const error = (drift: (typeof drifts)[number]) =>
    drift.notFinite > 0 ? Infinity : (drift.relative ?? (drift.maxAbsolute > 0 ? Infinity : 0))
  return driftClause(rest.reduce((one, other) => (error(other) > error(one) ? other : one), first))
}

function isFaster({ ratio, ci95 }: NonNullable<VariantSummary['bestSpeed']>): boolean {
  return (ci95?.[0] ?? ratio) > 1
}
