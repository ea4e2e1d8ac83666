import * as v from 'valibot'
import { DerivationKindSchema } from './derivation.ts'
import { IntervalSchema } from './interval.ts'
import { OutputDriftSchema } from './output-drift.ts'

/** Items per second over the reference's: 1.8 finishes 1.8 times as many. */
export const SpeedRatioSchema = v.object({
  ratio: v.number(),
  /** Absent where nothing shows how executions vary. */
  ci95: v.optional(IntervalSchema),
})
export type SpeedRatio = v.InferOutput<typeof SpeedRatioSchema>

/** One trial of a variant beside the reference's at the same batch size. */
export const VariantRowSchema = v.object({
  trialId: v.string(),
  /** Absent for the reference itself, and where one of both has no numbers. Compared within blocks. */
  speed: v.optional(SpeedRatioSchema),
  /** The output that lies farthest from the reference's; absent where outputs were not compared. */
  worst: v.optional(OutputDriftSchema),
})
export type VariantRow = v.InferOutput<typeof VariantRowSchema>

/**
 * What the outputs of a variant are to the reference's: `close` where the error of no output is more than a tenth of
 * it, by the Euclidean norm; `apart` where one is, where one has values that are not finite, or where only some outputs
 * can be compared; `unknown` while no output was compared.
 */
export const closenesses = ['reference', 'close', 'apart', 'unknown'] as const

/** One model in one setting (provider, threads, dimensions): the reference, or a variant beside it. */
export const VariantSummarySchema = v.object({
  /** Name of the variant; absent for the reference. */
  variant: v.optional(v.string()),
  /** Key and label of its series. */
  series: v.string(),
  label: v.string(),
  /** Key of the reference's series in the same setting. */
  setting: v.string(),
  /** Absent where the project has lost its description. */
  model: v.optional(
    v.object({
      name: v.string(),
      sha256: v.string(),
      /** Size of the file and its external data. */
      bytes: v.number(),
      /** How Batchscope made it; absent for models that it did not make. */
      kind: v.optional(DerivationKindSchema),
    }),
  ),
  /** Its trials, ascending by batch size. */
  rows: v.array(VariantRowSchema),
  /** The trial with the highest throughput; of those that cannot be told apart, the smallest batch size. */
  bestTrialId: v.optional(v.string()),
  /** Of that trial over the reference's with the highest throughput in the same setting. */
  bestSpeed: v.optional(SpeedRatioSchema),
  outputs: v.picklist(closenesses),
})
export type VariantSummary = v.InferOutput<typeof VariantSummarySchema>
