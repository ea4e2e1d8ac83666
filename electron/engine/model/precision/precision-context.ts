import { BatchscopeError } from '../../../contract/failure.ts'
import type { ModelDescription } from '../../../contract/model.ts'
import type { Ports } from '../../ports.ts'

/** Precisions that a model can be given here. */
export type PrecisionKind = 'fp16' | 'int8' | 'int8-weights'

export interface PrecisionContext {
  /** What was read of the model that is converted; it lies at its `path`. */
  description: ModelDescription
  ports: Pick<Ports, 'hosts' | 'clock' | 'files'>
  /** A folder for files that are needed for a moment only; they are removed again. */
  scratchFolder: string
  signal?: AbortSignal
}

/** `message`: one sentence that says why. */
export function notConvertible(message: string, hint?: string): BatchscopeError {
  return new BatchscopeError({ code: 'not-convertible', message, hint, owner: 'model' })
}
