import * as v from 'valibot'
import { ExecutionProviderSchema } from './experiment.ts'
import { tensorTypes } from './model.ts'

/** How the host fills one input; seeded, so that the same plan gives the same bytes. */
export const InputPlanSchema = v.object({
  name: v.string(),
  type: v.picklist(tensorTypes),
  shape: v.array(v.number()),
  fill: v.variant('kind', [
    /** Standard normal, times `scale`. */
    v.object({ kind: v.literal('normal'), scale: v.number() }),
    /** Integers (or reals, for real types) from `low` to `high`, both included. */
    v.object({ kind: v.literal('uniform'), low: v.number(), high: v.number() }),
    v.object({ kind: v.literal('constant'), value: v.number() }),
  ]),
})
export type InputPlan = v.InferOutput<typeof InputPlanSchema>

/** What a session host can be asked to do. One host loads one session, once. */
export const HostRequestSchema = v.variant('request', [
  /** Answered by `described`: versions and providers of the runtime. */
  v.object({ request: v.literal('describe') }),
  /** Creates the session, builds the inputs and runs once. Answered by `loaded`, then `first-inference`. */
  v.object({
    request: v.literal('prepare'),
    modelPath: v.string(),
    executionProvider: ExecutionProviderSchema,
    device: v.optional(v.number()),
    threads: v.optional(v.number()),
    inputs: v.array(InputPlanSchema),
    seed: v.number(),
    /** Free dimensions by symbolic name, told to ONNX Runtime so that it can plan memory. */
    freeDimensionOverrides: v.record(v.string(), v.number()),
  }),
  /**
   * Runs over and over until told otherwise, but no longer than `maximumMs`. Answered by `samples` at most every
   * `reportEveryMs`, each with the samples since the last one. Taking it again starts a new window.
   */
  v.object({
    request: v.literal('sample'),
    phase: v.picklist(['warming-up', 'measuring']),
    maximumMs: v.number(),
    reportEveryMs: v.number(),
  }),
  /** Ends the window: the rest of the samples follow, then `window-ended`. */
  v.object({ request: v.literal('end-window') }),
  /** Releases the session and exits with code 0; answered by `ending` with the peaks. */
  v.object({ request: v.literal('end') }),
])
export type HostRequest = v.InferOutput<typeof HostRequestSchema>

/** What a session host says. */
export const HostMessageSchema = v.variant('message', [
  v.object({ message: v.literal('ready'), clock: v.string() }),
  v.object({
    message: v.literal('described'),
    onnxruntime: v.string(),
    node: v.string(),
    backends: v.array(v.object({ name: v.string(), bundled: v.boolean() })),
  }),
  v.object({ message: v.literal('loaded'), loadMs: v.number(), fallbackNodes: v.optional(v.number()) }),
  v.object({
    message: v.literal('first-inference'),
    ms: v.number(),
    outputs: v.array(v.object({ name: v.string(), shape: v.array(v.number()) })),
  }),
  v.object({
    message: v.literal('samples'),
    phase: v.picklist(['warming-up', 'measuring']),
    /** In ms, in order. */
    samplesMs: v.array(v.number()),
    /** Wall time since the window began, in ms, at the end of the last of these samples. */
    elapsedMs: v.number(),
  }),
  v.object({
    message: v.literal('window-ended'),
    phase: v.picklist(['warming-up', 'measuring']),
    /** Wall time from the beginning of the first sample to the end of the last, in ms. */
    windowMs: v.number(),
  }),
  v.object({ message: v.literal('ending'), peakResidentBytes: v.number() }),
  /** Something threw. The host exits after it, so that no request runs in a damaged process. */
  v.object({
    message: v.literal('failed'),
    phase: v.picklist(['describe', 'load', 'build-inputs', 'first-inference', 'sample']),
    name: v.string(),
    text: v.string(),
  }),
])
export type HostMessage = v.InferOutput<typeof HostMessageSchema>
