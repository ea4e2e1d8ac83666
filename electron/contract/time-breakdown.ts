import * as v from 'valibot'

/** What a call spends most of its time on. */
export const boundKinds = ['transfer', 'launch', 'compute'] as const

/**
 * Where the time of one call goes, from ONNX Runtime's own profile of a short extra run.
 *
 * What the spans are on a device that computes by itself, as in ONNX Runtime's core/session/inference_session.cc (Run),
 * core/framework/utils.cc (ExecuteGraphImpl), core/framework/sequential_executor.cc (SessionScope, KernelScope) and
 * core/providers/cuda/gpu_data_transfer.cc:
 * - Before the executor, inputs are copied with cudaMemcpyAsync. From the ordinary memory that Node hands over, that
 *   returns when they have left it: nearly the whole transfer, but for the end of it.
 * - In the executor, a node's time is that of handing its kernels to the device, not of computing them. Some wait: those
 *   whose output sizes depend on values, and the node after a copy to the host.
 * - After the executor, outputs are copied; into ordinary memory that returns when they have arrived, so that the copy
 *   waits for everything the device has still to compute. How much of the span is copying is not told: `transfer` has an
 *   estimate, the rest of it counts as waiting for the device.
 */
export const TimeBreakdownSchema = v.object({
  /** Profiled calls; every time below is the median over them, in ms a call. */
  runs: v.number(),
  /** The whole call inside ONNX Runtime (`model_run`). */
  callMs: v.number(),
  /** From the beginning of the call to the beginning of the executor: inputs are checked, and copied to the device. */
  copyInMs: v.number(),
  /** The executor: nodes are computed, or on a device given to it to compute. */
  executeMs: v.number(),
  /** From the end of the executor to the end of the call: waiting for the device, and copying outputs back. */
  copyOutMs: v.number(),
  inputBytes: v.number(),
  outputBytes: v.number(),
  /** Copying between host and device, as far as it can be told from waiting; only on a device. */
  transfer: v.optional(
    v.object({
      /**
       * All of `copyInMs` where the inputs are 1 MiB or more. Smaller ones cost mostly what any call does: of those it is what
       * they take at most at a usual rate, and the rest is part of launching.
       */
      inMs: v.number(),
      /** Of `copyOutMs`, what the outputs take at most at the rate of the inputs, or a usual one. */
      outMs: v.number(),
      /** Of the nodes that copy (`MemcpyToHost`, `MemcpyFromHost`), likewise. */
      betweenMs: v.number(),
      /** At which inputs of 1 MiB or more were copied; absent with smaller ones, which tell no rate. */
      bytesPerSecond: v.optional(v.number()),
    }),
  ),
  /**
   * What is left of `callMs` besides `transfer`: the parts that a call is judged and shown by. Only on a device, and absent
   * in records from before it was kept.
   */
  split: v.optional(
    v.object({
      /** The CPU gives the device its work, and does what any call costs: all that is no other part. */
      launchMs: v.number(),
      /** In nodes that ran on the CPU, shapes included. */
      cpuNodesMs: v.number(),
      /** The CPU waits for the device: after the executor, and in nodes that take longer than any launch does. */
      waitMs: v.number(),
    }),
  ),
  /** By execution provider, the one with the most nodes first. */
  providers: v.array(v.object({ provider: v.string(), nodes: v.number(), ms: v.number() })),
  /** Operators by time, at most ten. */
  operators: v.array(
    v.object({ operator: v.string(), provider: v.string(), nodes: v.number(), ms: v.number() }),
  ),
  /**
   * Nodes that ran on the CPU although another provider was asked for, those that took longest first; `nodes` names at
   * most 50 of them. Those that only compute shapes are not among them.
   */
  fallback: v.optional(
    v.object({
      count: v.number(),
      /** All of them together. */
      ms: v.number(),
      nodes: v.array(v.object({ name: v.string(), operator: v.string() })),
    }),
  ),
  /** Nodes that compute shapes and indices of tensors; ONNX Runtime places those on the CPU on purpose. */
  shapeNodes: v.optional(v.number()),
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
