import * as v from 'valibot'
import { IntervalSchema } from './interval.ts'

/** latency(b) = overhead + perItem x b, over the batch sizes that are not saturated (design section 3). */
export const LatencyFitSchema = v.object({
  overheadMs: v.number(),
  overheadCi95: v.optional(IntervalSchema),
  perItemMs: v.number(),
  perItemCi95: v.optional(IntervalSchema),
  /** The batch sizes that the line was fitted to, ascending. */
  batchSizes: v.array(v.number()),
  /** How far a typical batch size lies off the line, relative to its latency. */
  relativeError: v.number(),
  /** False where the model does not follow the line: what is derived from it is then absent. */
  follows: v.boolean(),
  /** Batch size at which half of the asymptotic throughput is reached: overhead / perItem. */
  halfSaturationBatch: v.optional(v.number()),
  /** 1 / perItem, in items per second. */
  asymptoticItemsPerSecond: v.optional(v.number()),
})
export type LatencyFit = v.InferOutput<typeof LatencyFitSchema>

/** memory(b) = fixed + perItem x b. */
export const MemoryFitSchema = v.object({
  /** Whose memory: the device's where the provider runs on one and its driver tells, else the host's. */
  of: v.picklist(['device', 'host']),
  fixedBytes: v.number(),
  perItemBytes: v.number(),
  /** The batch sizes that the line was fitted to, ascending. */
  batchSizes: v.array(v.number()),
  relativeError: v.number(),
  /** False where memory does not follow the line: nothing is predicted then. */
  follows: v.boolean(),
  /** What there is: the memory budget, else the device's or the machine's memory; absent where it is not known. */
  limitBytes: v.optional(v.number()),
  /** The largest batch size that the line puts within the limit, with its interval. */
  largestThatFits: v.optional(v.object({ batchSize: v.number(), ci95: v.optional(IntervalSchema) })),
})
export type MemoryFit = v.InferOutput<typeof MemoryFitSchema>

/** The latency in ms that the line puts at a batch size. */
export function fittedLatencyMs(
  { overheadMs, perItemMs }: Pick<LatencyFit, 'overheadMs' | 'perItemMs'>,
  batchSize: number,
): number {
  return overheadMs + perItemMs * batchSize
}

/** The memory in bytes that the line puts at a batch size. */
export function fittedMemoryBytes({ fixedBytes, perItemBytes }: MemoryFit, batchSize: number): number {
  return fixedBytes + perItemBytes * batchSize
}
