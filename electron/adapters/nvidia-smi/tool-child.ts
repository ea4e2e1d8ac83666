import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { toolEnvironment } from './tool.ts'

export type ToolChild = ChildProcessByStdio<null, Readable, Readable>

/** Asks the kernel to end what it starts when this process ends, however it does. */
const tether = ['setpriv', '--pdeathsig=TERM'] as const

/** Exit code of `setpriv` for a program that is not there. */
const absentCode = 127

let isTethered: boolean | undefined
const running = new Set<ToolChild>()

/**
 * Starts the tool as a long-lived process that does not outlive this one. A tool that has nothing to print never notices
 * that nobody reads; so it is ended when this process exits, and where Linux has `setpriv` (util-linux), also when this
 * process is killed. Under Windows libuv's job object does both. It has a group of its own, so that Ctrl-C in a terminal
 * does not end it before its time.
 */
export function startTool(path: string, options: readonly string[]): ToolChild {
  isTethered ??= canTether()
  const [program, ...before] = isTethered ? [...tether, path] : [path]
  const child = spawn(program, [...before, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process that is detached under Windows is no part of the job object.
    detached: process.platform !== 'win32',
    windowsHide: true,
    env: toolEnvironment(),
  })
  if (running.size === 0) process.on('exit', endAll)
  running.add(child)
  const gone = () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', endAll)
  }
  child.once('error', gone)
  child.once('exit', gone)
  return child
}

/** True when the end of a child says that there was no tool to start. */
export function wasAbsent(code: number | null, said: string): boolean {
  return code === absentCode && /^setpriv: /m.test(said)
}

function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Containers may come without it, BusyBox's does not know the option, and a sandbox may forbid it. */
function canTether(): boolean {
  if (process.platform !== 'linux') return false
  const [program, ...options] = tether
  return spawnSync(program, [...options, 'true'], { stdio: 'ignore', timeout: 1000 }).status === 0
}
