import * as v from 'valibot'

/** Who can do something about a failure: the person at the keyboard, the model's author, ONNX Runtime, or the system. */
export const failureOwners = ['user', 'model', 'runtime', 'system'] as const

/** Machine-readable causes. Stable: scripts may match on them. */
export const failureCodes = [
  'bad-input',
  'not-found',
  'not-a-model',
  'model-damaged',
  'external-data-missing',
  'not-convertible',
  'model-load',
  'inference',
  'batch-mismatch',
  'provider-unavailable',
  'out-of-memory',
  'device-lost',
  'host-start',
  'host-crashed',
  'timed-out',
  'cancelled',
  'skipped-after-out-of-memory',
  'skipped-after-device-lost',
  'skipped-by-user',
  'project-damaged',
  'project-newer',
  'project-read-only',
  'disk',
  'busy',
  'forbidden',
  'unknown-command',
  'connection-lost',
  'network',
  'internal',
] as const

/** A failure as data: what crosses every boundary and is kept in project files. */
export const FailureSchema = v.object({
  code: v.picklist(failureCodes),
  /** One sentence: what is wrong and where. */
  message: v.string(),
  /** The original words of the runtime or the system, for people who want them. */
  detail: v.optional(v.string()),
  /** What to do about it, one sentence. */
  hint: v.optional(v.string()),
  owner: v.picklist(failureOwners),
})
export type Failure = v.InferOutput<typeof FailureSchema>
export type FailureCode = Failure['code']

/** A failure on its way up the stack inside one process. */
export class BatchscopeError extends Error {
  override readonly name = 'BatchscopeError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Bad input by the user: exit code 2 on the command line, a message at the field in the workbench. */
export function badInput(message: string, hint?: string): BatchscopeError {
  return new BatchscopeError({ code: 'bad-input', message, hint, owner: 'user' })
}

/** Any thrown value as a failure; what nobody foresaw is `internal`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof BatchscopeError) return error.failure
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'internal',
    message: `Something went wrong inside Batchscope: ${message}`,
    detail: error instanceof Error ? error.stack : undefined,
    hint: 'Please report this with the detail.',
    owner: 'system',
  }
}

/** `message` and `hint` as the one line that a person reads. */
export function failureLine(failure: Failure): string {
  return failure.hint === undefined ? failure.message : `${failure.message} ${failure.hint}`
}
