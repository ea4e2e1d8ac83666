import type { LibraryProbe } from '../../engine/ports.ts'

/** Accelerators' shared libraries on this machine. */
export function createLibraryProbe(): LibraryProbe {
  return { find: () => Promise.resolve([]), needs: () => Promise.resolve([]) }
}
