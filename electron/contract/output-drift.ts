import * as v from 'valibot'

/** How far one output of a variant lies from the reference's, on the same inputs at the same batch size. */
export const OutputDriftSchema = v.object({
  output: v.string(),
  /** Elements that were compared. */
  elements: v.number(),
  /** Elements of the output; more than `elements` where it was too large to be compared whole. */
  ofElements: v.number(),
  maxAbsolute: v.number(),
  meanAbsolute: v.number(),
  /** Euclidean norm of the difference over that of the reference; absent where the reference is all zeros. */
  relative: v.optional(v.number()),
  /** Between both outputs as vectors, -1 to 1; absent where one of them is all zeros. */
  cosine: v.optional(v.number()),
  /** Share of items whose largest score is at the same place, 0 to 1; absent where the output does not look like scores. */
  top1Agreement: v.optional(v.number()),
  /** Elements that are NaN or infinite in one of the two and not the same in the other; no other number counts them. */
  notFinite: v.number(),
})
export type OutputDrift = v.InferOutput<typeof OutputDriftSchema>

/** The outputs of one trial of a variant beside the reference's, or why they could not be compared. */
export const TrialDriftSchema = v.object({
  trialId: v.string(),
  outputs: v.array(OutputDriftSchema),
  /** Why nothing, or not every output, could be compared; in sentences. */
  problem: v.optional(v.string()),
})
export type TrialDrift = v.InferOutput<typeof TrialDriftSchema>
