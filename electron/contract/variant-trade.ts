import type { Analysis } from './analysis.ts'
import { formatBytes, formatCount } from './quantity.ts'
import type { OutputDrift } from './output-drift.ts'
import type { SpeedRatio, VariantSummary } from './variant-summary.ts'
import { modelTitle, relativeText } from './variant-words.ts'

/** A model in the chart of what variants gain and what they cost: at the batch size where its throughput is highest. */
export interface TradePoint {
  /** Key of its series. */
  readonly series: string
  readonly trialId: string
  readonly batchSize: number
  /** What the model is called among all. */
  readonly title: string
  readonly isReference: boolean
  /** Items per second over the reference's, each at its own best batch size; 1 for the reference. */
  readonly speed: SpeedRatio
  /** Relative error of the output that lies farthest off; 0 for the reference, and for outputs equal to the last bit. */
  readonly error: number
  readonly bytes: number | undefined
}

type Trade = Pick<Analysis, 'variants' | 'trials'>

/** Every model whose speed and outputs are known beside the reference. */
export function tradePoints({ variants = [], trials }: Trade): TradePoint[] {
  const batchSizes = new Map(trials.map(({ id, config }) => [id, config.batchSize]))
  return variants.flatMap((summary): TradePoint[] => {
    const { bestTrialId, bestSpeed, series, model } = summary
    const title = modelTitle(summary, variants)
    const isReference = summary.variant === undefined
    const speed = isReference ? { ratio: 1 } : bestSpeed
    const error = isReference ? 0 : errorOf(summary)
    const batchSize = bestTrialId === undefined ? undefined : batchSizes.get(bestTrialId)
    if (bestTrialId === undefined || batchSize === undefined || speed === undefined || error === undefined) {
      return []
    }
    return [
      { series, title, isReference, speed, error, batchSize, trialId: bestTrialId, bytes: model?.bytes },
    ]
  })
}

/** At its best batch size, else at the largest that was compared; `undefined` where it is not known. */
export function errorOf({ rows, bestTrialId }: VariantSummary): number | undefined {
  const best = rows.find(({ trialId }) => trialId === bestTrialId)?.worst
  const drift: OutputDrift | undefined = best ?? rows.findLast(({ worst }) => worst !== undefined)?.worst
  if (drift === undefined) return undefined
  return drift.relative ?? (drift.maxAbsolute === 0 ? 0 : undefined)
}

/** `fp16, batch 16, 22.6 MiB`. */
export function tradeName({ title, batchSize, bytes }: TradePoint): string {
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`
  return `${title}, batch ${formatCount(batchSize)}${size}`
}

/** Where the points of the chart stand. */
export interface TradeAxes {
  /** Linear. */
  readonly x: { readonly min: number; readonly max: number }
  /** Logarithmic; at its foot stands what has no error, which no logarithm has. */
  readonly y: {
    readonly min: number
    readonly max: number
    readonly ticks: readonly { readonly value: number; readonly text: string }[]
  }
  yOf(point: Pick<TradePoint, 'error'>): number
}

/** Decades that the axis of errors shows at least. */
const fewestDecades = 3

export function tradeAxes(points: readonly TradePoint[]): TradeAxes {
  const ratios = points.flatMap(({ speed }) => [speed.ratio, ...(speed.ci95 ?? [])])
  const [slowest, fastest] = [Math.min(1, ...ratios), Math.max(1, ...ratios)]
  const span = Math.max(0.2, fastest - slowest)
  const errors = points.flatMap(({ error }) => (error > 0 ? [Math.log10(error)] : []))
  const top = Math.ceil(Math.max(-2, ...errors))
  const bottom = Math.min(top - fewestDecades, Math.floor(Math.min(...errors, top)))
  // A decade below the smallest, for what has no error at all.
  const min = 10 ** (bottom - 1)
  const step = Math.max(1, Math.ceil((top - bottom) / 6))
  const decades = Array.from(
    { length: Math.floor((top - bottom) / step) + 1 },
    (_, index) => top - index * step,
  )
  return {
    x: { min: Math.max(0, slowest - 0.15 * span), max: fastest + 0.15 * span },
    y: {
      min,
      max: 10 ** top,
      ticks: [
        { value: min, text: 'none' },
        ...decades
          .toReversed()
          .map((power) => ({ value: Number(`1e${power}`), text: relativeText(Number(`1e${power}`)) })),
      ],
    },
    yOf: ({ error }) => (error > 0 ? error : min),
  }
}

/** What the chart shows, as a sentence. */
export const tradeMeaning =
  'Each mark is a model at its best batch size: to the right it is faster than the reference, upwards its outputs lie farther off.'
