import { BatchscopeError } from '../../contract/failure.ts'
import { builtInRuntime, type Runtime } from '../../contract/runtime.ts'
import type { HostRuntime } from '../ports.ts'

/**
 * What a session host has to know of the runtime of that name (absent: the built-in one). Throws `not-found` where it is
 * not installed any more.
 */
export function hostRuntimeOf(
  runtimes: readonly Runtime[],
  name: string = builtInRuntime,
): HostRuntime | undefined {
  const runtime = runtimes.find((each) => each.name === name)
  if (runtime !== undefined) {
    const { folder, libraryFolders } = runtime
    return { folder: name === builtInRuntime ? undefined : folder, libraryFolders }
  }
  if (name === builtInRuntime) return undefined
  throw new BatchscopeError({
    code: 'not-found',
    message: `The runtime "${name}" is not installed.`,
    hint: `Install it: batchscope runtime install ${name}`,
    owner: 'user',
  })
}
