import { askProgram } from './ask-program.ts'

/** A PATH without the system's own programs is usual in containers. */
const programs = ['ldconfig', '/sbin/ldconfig', '/usr/sbin/ldconfig']

const limitMs = 5000

/** Paths in the cache of the system's loader, in its order; empty where it has none (musl) or it cannot be asked. */
export async function loaderCache(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const listing = await askProgram(programs, ['-p'], {
    ...{ environment: { ...environment, LC_ALL: 'C' }, limitMs },
  })
  return cachedPaths(listing ?? '')
}

/** `libcudart.so.13 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.13`, a line each, after a heading. */
export function cachedPaths(listing: string): string[] {
  return [...listing.matchAll(/^\s+\S+ \([^)]*\) => (\/.*)$/gm)].map(([, path]) => path ?? '')
}
