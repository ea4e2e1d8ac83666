import * as v from 'valibot'
import { ExecutionProviderSchema } from './experiment.ts'

/** Whether an execution provider can be used here, and if not, why and what to do. */
export const ProviderStatusSchema = v.variant('usable', [
  v.object({
    name: ExecutionProviderSchema,
    usable: v.literal(true),
    /** The runtime that it is used with unless another is asked for; absent for the built-in one. */
    runtime: v.optional(v.string()),
  }),
  v.object({
    name: ExecutionProviderSchema,
    usable: v.literal(false),
    reason: v.string(),
    hint: v.optional(v.string()),
  }),
])
export type ProviderStatus = v.InferOutput<typeof ProviderStatusSchema>
