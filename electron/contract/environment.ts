import * as v from 'valibot'
import { ExecutionProviderSchema } from './experiment.ts'

/** A graphics processor as its driver describes it. */
export const DeviceSchema = v.object({
  index: v.number(),
  name: v.string(),
  uuid: v.optional(v.string()),
  driver: v.optional(v.string()),
  memoryTotalBytes: v.optional(v.number()),
})
export type Device = v.InferOutput<typeof DeviceSchema>

/** Whether an execution provider can be used here, and if not, why and what to do. */
export const ProviderStatusSchema = v.variant('usable', [
  v.object({ name: ExecutionProviderSchema, usable: v.literal(true) }),
  v.object({
    name: ExecutionProviderSchema,
    usable: v.literal(false),
    reason: v.string(),
    hint: v.optional(v.string()),
  }),
])
export type ProviderStatus = v.InferOutput<typeof ProviderStatusSchema>

/** The machine and the software that measured. */
export const EnvironmentSchema = v.object({
  host: v.object({
    /** For example `Debian GNU/Linux 12 (bookworm)`. */
    system: v.string(),
    kernel: v.string(),
    architecture: v.string(),
    cpu: v.string(),
    logicalCores: v.number(),
    memoryBytes: v.number(),
  }),
  runtime: v.object({
    batchscope: v.string(),
    onnxruntime: v.string(),
    node: v.string(),
    electron: v.optional(v.string()),
  }),
  devices: v.array(DeviceSchema),
  providers: v.array(ProviderStatusSchema),
  /** Where device telemetry comes from; when it is missing, why. */
  deviceTelemetry: v.variant('available', [
    v.object({ available: v.literal(true), source: v.string() }),
    v.object({ available: v.literal(false), reason: v.string() }),
  ]),
})
export type Environment = v.InferOutput<typeof EnvironmentSchema>
