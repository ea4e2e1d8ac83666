import * as v from 'valibot'

/** What a call spends most of its time on. */
export const boundKinds = ['transfer', 'launch', 'compute'] as const

/** Where the time of one call goes, from ONNX Runtime's own profile of a short extra run. */
export const TimeBreakdownSchema = v.object({
  /** Profiled calls; every time below is the median over them, in ms a call. */
  runs: v.number(),
  /** The whole call inside ONNX Runtime (`model_run`). */
  callMs: v.number(),
  /** From the beginning of the call to the beginning of the executor: inputs are copied to the device. */
  copyInMs: v.number(),
  /** The executor: nodes are computed, or on a device given to it to compute. */
  executeMs: v.number(),
  /** From the end of the executor to the end of the call: waiting for the device, and copying outputs back. */
  copyOutMs: v.number(),
  /** Sum over all nodes of the time the CPU spent in them: on a device that computes by itself, of launching. */
  nodesMs: v.number(),
  inputBytes: v.number(),
  outputBytes: v.number(),
  /** By execution provider, the one with the most nodes first. */
  providers: v.array(v.object({ provider: v.string(), nodes: v.number(), ms: v.number() })),
  /** Operators by time, at most ten. */
  operators: v.array(
    v.object({ operator: v.string(), provider: v.string(), nodes: v.number(), ms: v.number() }),
  ),
  /** Nodes that ran on the CPU although another provider was asked for; `nodes` names at most 50 of them. */
  fallback: v.optional(
    v.object({
      count: v.number(),
      nodes: v.array(v.object({ name: v.string(), operator: v.string() })),
    }),
  ),
  /** ONNX Runtime's arena after the last call, where the profile tells of it. */
  arena: v.optional(v.object({ heldBytes: v.number(), peakInUseBytes: v.number() })),
  /** Only on a device. */
  bound: v.optional(
    v.object({
      kind: v.picklist(boundKinds),
      /** With its numbers, one sentence. */
      evidence: v.string(),
    }),
  ),
})
export type TimeBreakdown = v.InferOutput<typeof TimeBreakdownSchema>

/** What one trial's extra run showed: a breakdown, or why there is none. */
export const TrialTimeSchema = v.object({
  trialId: v.string(),
  breakdown: v.optional(TimeBreakdownSchema),
  /** One sentence; absent with a breakdown. */
  problem: v.optional(v.string()),
})
export type TrialTime = v.InferOutput<typeof TrialTimeSchema>
