import { BatchscopeError } from '../../contract/failure.ts'
import { fileFailure, systemCode } from '../file-failure.ts'

/** The installation of `name` was ended by its user. */
export function cancelledFailure(name: string, keptBytes: number): BatchscopeError {
  return new BatchscopeError({
    code: 'cancelled',
    message: `The installation of ${name} was cancelled.`,
    ...(keptBytes > 0 ? { hint: 'What was downloaded is kept: install it again to go on from there.' } : {}),
    owner: 'user',
  })
}

/** What changing the user's runtimes threw, as a sentence about `path`. */
export function storeFailure(error: unknown, path: string): BatchscopeError {
  const code = systemCode(error)
  if (error instanceof BatchscopeError || code === undefined) return fileFailure(error, path)
  const { failure } = fileFailure(error, path)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new BatchscopeError({
      ...failure,
      hint: 'Free some space and install it again (what was downloaded is kept), or name a data folder on another disk with BATCHSCOPE_DATA.',
    })
  }
  if (code === 'EBUSY' || code === 'ETXTBSY' || (code === 'EPERM' && process.platform === 'win32')) {
    return new BatchscopeError({
      ...failure,
      code: 'busy',
      message: `Something in "${path}" is in use.`,
      hint: 'End the runs that use this runtime, then try again.',
    })
  }
  if (failure.code === 'forbidden' || code === 'EROFS') {
    return new BatchscopeError({
      ...failure,
      hint: 'Change its permissions, or name another data folder with BATCHSCOPE_DATA.',
    })
  }
  return new BatchscopeError(failure)
}

/** Does work on the disk; what it throws becomes a sentence about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storeFailure(error, path)
  }
}
