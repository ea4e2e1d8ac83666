import { execFile } from 'node:child_process'
import { residentBytes } from './process-memory.ts'

/**
 * Limits the memory that a process may write to. On Linux the kernel enforces it from here on (RLIMIT_DATA, by
 * `prlimit`: it counts private writable memory, not what V8 merely reserves): `enforced`. Where that cannot be done the
 * caller has to watch the resident set instead (`watchResidentSet`): `watch`. Never rejects.
 */
export function limitMemory(pid: number, bytes: number): Promise<'enforced' | 'watch'> {
  if (process.platform !== 'linux') return Promise.resolve('watch')
  const limit = Math.floor(bytes)
  return new Promise((resolve) => {
    execFile('prlimit', ['--pid', String(pid), `--data=${limit}:${limit}`], (error) => {
      resolve(error === null ? 'enforced' : 'watch')
    })
  })
}

/**
 * Looks at a process's resident set over and over and calls `onExceeded` once when it is above `bytes`. Ends with the
 * process, or with the returned function.
 */
export function watchResidentSet(pid: number, bytes: number, onExceeded: () => void): () => void {
  // Reading costs a file here, and a whole `ps` or PowerShell elsewhere.
  const intervalMs = process.platform === 'linux' ? 20 : 250
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    const resident = await residentBytes(pid)
    if (stopped || resident === undefined) return
    if (resident > bytes) {
      stopped = true
      onExceeded()
      return
    }
    timer = setTimeout(() => void look(), intervalMs)
    timer.unref()
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
