import { execFile } from 'node:child_process'
import { dataBeyondResident, residentBytes } from './process-memory.ts'

/**
 * Limits the memory that a process may write to. On Linux the kernel enforces it from here on: `enforced`. Where that
 * cannot be done the caller has to watch the resident set instead (`watchResidentSet`): `watch`. Never rejects.
 *
 * It is RLIMIT_DATA, set by `prlimit`. That counts private writable memory, also what was only set aside, so that it is
 * set `beyondResident` higher: `bytes` then are about the resident set, as everywhere else. Call it when the process is
 * ready to work, and not while it still starts: what Node sets aside in starting would count against the budget, and
 * running into the limit there can leave it hanging.
 */
export function limitMemory(
  pid: number,
  bytes: number,
  beyondResident = dataBeyondResident(pid),
): Promise<'enforced' | 'watch'> {
  if (process.platform !== 'linux') return Promise.resolve('watch')
  const limit = Math.max(0, Math.floor(bytes + beyondResident))
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
