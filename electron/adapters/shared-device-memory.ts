import { execFile } from 'node:child_process'

/** PowerShell takes a second to start and another for the counters; it must not hold up a run, in ms. */
const answerLimitMs = 15_000

/**
 * Prints one line an adapter, `INSTANCE=BYTES`. Names of performance counters are in the system's language, those of its
 * management classes are not: where the counter is not known by its English name, the class is asked.
 */
function script(pid: number): string {
  return [
    "$ErrorActionPreference = 'Stop'",
    `try { (Get-Counter '\\GPU Process Memory(pid_${pid}_*)\\Shared Usage').CounterSamples |`,
    "ForEach-Object { '{0}={1:F0}' -f $_.InstanceName, $_.CookedValue } }",
    'catch { Get-CimInstance Win32_PerfFormattedData_GPUPerformanceCounters_GPUProcessMemory',
    `-Filter "Name LIKE 'pid_${pid}_%'" | ForEach-Object { '{0}={1:F0}' -f $_.Name, $_.SharedUsage } }`,
  ].join(' ')
}

/**
 * What a process has in memory of the host that its device uses as if it were its own, in bytes, over all devices;
 * `undefined` on systems other than Windows, where it does not tell, and when the signal ends the wait.
 */
export function readSharedDeviceMemory(
  pid: number,
  platform: NodeJS.Platform = process.platform,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (platform !== 'win32' || signal?.aborted === true) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const options = ['-NoProfile', '-NonInteractive', '-Command', script(pid)]
    const child = execFile('powershell.exe', options, { windowsHide: true, signal }, (error, stdout) => {
      clearTimeout(limit)
      resolve(error === null ? sharedBytesIn(stdout, pid) : undefined)
    })
    const limit = setTimeout(() => {
      child.kill()
      child.unref()
      resolve(undefined)
    }, answerLimitMs)
  })
}

/** The sum over a process's lines, which are one an adapter; `undefined` where none is of this process. */
export function sharedBytesIn(output: string, pid: number): number | undefined {
  const values = output.split(/\r?\n/).flatMap((line) => {
    // The underscore ends the number: pid_42_ is not pid_421_.
    const [, of, bytes] = /^\s*pid_(\d+)_luid_\S+=(\d+)\s*$/i.exec(line) ?? []
    return Number(of) === pid && bytes !== undefined ? [Number(bytes)] : []
  })
  return values.length === 0 ? undefined : values.reduce((sum, bytes) => sum + bytes, 0)
}
