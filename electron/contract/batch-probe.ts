import * as v from 'valibot'

/**
 * What running a model at two batch sizes showed about its batch axes:
 * - `follows`: every output that has a batch axis took on both batch sizes;
 * - `ignores`: it ran, but an output did not take on the batch size;
 * - `refuses`: it cannot be run at other batch sizes; `message` says where it stopped;
 * - `fixed`: its batch is fixed or missing, so that there was nothing to try;
 * - `unknown`: it could not be found out, for example because the model does not load here.
 */
export const BatchProbeSchema = v.object({
  verdict: v.picklist(['follows', 'ignores', 'refuses', 'fixed', 'unknown']),
  /** Batch sizes that were run, for example [2, 3]. */
  tried: v.array(v.number()),
  /** One sentence: what was seen. */
  message: v.string(),
  /** What to do about it, one sentence. */
  hint: v.optional(v.string()),
  /** Where each output had the batch size, by output; an output that did not have it is absent. */
  outputAxes: v.record(v.string(), v.number()),
  /**
   * Set where the batch axes as they were asked about do not work and others do: those, as `--batch-axis` takes them
   * (`INPUT=AXIS`, `INPUT=none`); everything else here is then about these.
   */
  batchAxes: v.optional(v.array(v.string())),
})
export type BatchProbe = v.InferOutput<typeof BatchProbeSchema>
