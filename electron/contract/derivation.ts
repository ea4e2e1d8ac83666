import * as v from 'valibot'

/** Models that Batchscope makes from another: with the batch set free, in half precision, with 8-bit weights. */
export const derivationKinds = ['dynamic', 'fp16', 'int8', 'int8-weights'] as const
export const DerivationKindSchema = v.picklist(derivationKinds)
export type DerivationKind = v.InferOutput<typeof DerivationKindSchema>

/** Kinds that can be variants: a model with its batch set free takes the place of the original. */
export type VariantKind = Exclude<DerivationKind, 'dynamic'>
export const variantKinds = ['fp16', 'int8', 'int8-weights'] as const satisfies readonly VariantKind[]

/** Where a made model comes from, what was changed, and what was shown about it before it was offered. */
export const DerivationSchema = v.object({
  kind: DerivationKindSchema,
  /** The model that it was made from. */
  from: v.object({ sha256: v.string(), name: v.string(), path: v.string() }),
  /** One sentence each: what was changed and where. */
  changes: v.array(v.string()),
  /** One sentence each: what was run, and how near the outputs were. */
  checks: v.array(v.string()),
})
export type Derivation = v.InferOutput<typeof DerivationSchema>

/** What each kind is called: completes "Make it ..." and stands behind a model's name. */
export const derivationTitles: Record<DerivationKind, string> = {
  dynamic: 'dynamic batch',
  fp16: 'FP16',
  int8: 'INT8, dynamic',
  'int8-weights': 'INT8 weights',
}
