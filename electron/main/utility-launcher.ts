import { constants } from 'node:os'
import { utilityProcess } from 'electron'
import * as v from 'valibot'
import { hostEnvironment } from '../adapters/host-environment.ts'
import { HostWatch } from '../adapters/host-watch.ts'
import { HostMessageSchema } from '../contract/host-protocol.ts'
import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'
import type { HostExit, HostLauncher, HostLaunchOptions, HostProcess } from '../engine/ports.ts'

/** How long the last words on standard error are waited for after the exit, in ms. */
const drainMs = 1000

/** Exit codes that the session host itself gives. */
const ownExitCodes = new Set([0, 1, 2])

/** Starts session hosts as Electron's utility processes: Node without a window, and no second Electron. */
export function createUtilityLauncher(hostPath: string): HostLauncher {
  return { launch: (options) => launch(hostPath, options) }
}

function launch(hostPath: string, options: HostLaunchOptions): HostProcess {
  const watch = new HostWatch()
  const listeners = new Set<(message: HostMessage) => void>()
  const waiting: HostRequest[] = []
  let state: 'starting' | 'open' | 'gone' = 'starting'
  let pid: number | undefined
  let endWhenSpawned = false

  const child = utilityProcess.fork(hostPath, [], {
    env: hostEnvironment(options),
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Batchscope session host',
  })
  const { stderr } = child
  stderr?.on('data', (chunk: Buffer | string) => watch.appendStandardError(chunk))
  const lastWordsRead = new Promise<void>((resolve) => {
    if (stderr === null) resolve()
    else for (const event of ['end', 'close', 'error']) stderr.once(event, () => resolve())
  })

  function kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (state === 'gone') return
    watch.noteKill()
    if (pid === undefined) endWhenSpawned = true
    else endProcess(pid, signal)
  }

  async function openForRequests(): Promise<void> {
    if (pid !== undefined && options.memoryBudgetBytes !== undefined) {
      await watch.limit(pid, options.memoryBudgetBytes, () => kill('SIGKILL'))
    }
    if (state === 'gone') return
    state = 'open'
    for (const request of waiting.splice(0)) child.postMessage(request)
  }

  child.once('spawn', () => {
    // Kept, because Electron forgets it at the exit.
    pid = child.pid
    if (pid !== undefined) watch.watch(pid)
    if (endWhenSpawned) kill('SIGKILL')
  })

  child.on('message', (raw: unknown) => {
    const parsed = v.safeParse(HostMessageSchema, raw)
    if (!parsed.success) {
      watch.appendStandardError(
        `\nThe session host said something that is no message: ${v.summarize(parsed.issues)}\n`,
      )
      kill('SIGKILL')
      return
    }
    if (parsed.output.message === 'ready') void openForRequests()
    for (const listener of listeners) listener(parsed.output)
  })

  const exited = new Promise<HostExit>((resolve) => {
    child.once('exit', (status) => {
      state = 'gone'
      const signal = signalOf(status)
      const startError = pid === undefined ? `Electron could not start it (code ${status}).` : undefined
      const settle = () => resolve(watch.exit(signal === null ? status : null, signal, startError))
      void lastWordsRead.then(settle)
      setTimeout(settle, drainMs).unref()
    })
  })

  return {
    get pid() {
      return pid
    },
    exited,
    kill,
    send(request) {
      if (state === 'open') child.postMessage(request)
      else waiting.push(request)
    },
    onMessage(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already; `exited` says how.
  }
}

/**
 * The signal that ended a process. Electron hands on what `waitpid` gives: for a process that exited its exit code, for
 * one that was killed the signal's number, with 128 added where a core was dumped.
 */
export function signalOf(status: number): string | null {
  if (process.platform === 'win32' || ownExitCodes.has(status)) return null
  const number = status & 0x7f
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0] ?? null
}
