import * as v from 'valibot'
import {
  BoundarySchema,
  DriftSchema,
  RecommendationSchema,
  SeriesSchema,
  TrialReportSchema,
} from './analysis.ts'
import { DerivationSchema } from './derivation.ts'
import { EnvironmentSchema } from './environment.ts'
import { ConstraintsSchema, FactorsSchema, InputFileSchema, RulesSchema } from './experiment.ts'
import { ModelDescriptionSchema } from './model.ts'
import { VariantSummarySchema } from './variant-summary.ts'

/**
 * One experiment's results as a JSON document: `batchscope run --json`, and the JSON export.
 * Fields that do not apply are absent, not zero.
 */
export const RunDocumentSchema = v.object({
  format: v.literal('batchscope-run'),
  formatVersion: v.literal(1),
  generator: v.string(),
  environment: EnvironmentSchema,
  model: v.pick(ModelDescriptionSchema, [
    'path',
    'sha256',
    'bytes',
    'opset',
    'producer',
    'parameters',
    'inputs',
    'outputs',
    'derivation',
  ]),
  /** The models measured beside it, by the name of the variant; absent where there were none. */
  variants: v.optional(
    v.array(
      v.object({
        name: v.string(),
        path: v.string(),
        sha256: v.string(),
        bytes: v.number(),
        derivation: v.optional(DerivationSchema),
      }),
    ),
  ),
  experiment: v.object({
    factors: FactorsSchema,
    rules: RulesSchema,
    constraints: ConstraintsSchema,
    seed: v.number(),
    /** The user's own inputs; absent where there were none. */
    inputs: v.optional(v.record(v.string(), InputFileSchema)),
  }),
  trials: v.array(TrialReportSchema),
  boundary: v.nullable(BoundarySchema),
  recommendations: v.array(RecommendationSchema),
  /** Since 0.2: documents of older versions have none of these three. */
  series: v.optional(v.array(SeriesSchema)),
  drift: v.optional(DriftSchema),
  decisions: v.optional(v.array(v.string())),
  /** Since 0.3: what the variants show beside the reference; absent where there were none. */
  variantResults: v.optional(v.array(VariantSummarySchema)),
  answer: v.object({ headline: v.string(), support: v.optional(v.string()) }),
})
export type RunDocument = v.InferOutput<typeof RunDocumentSchema>
