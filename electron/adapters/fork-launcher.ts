import { fork } from 'node:child_process'
import * as v from 'valibot'
import { HostMessageSchema } from '../contract/host-protocol.ts'
import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'
import type { HostExit, HostLauncher, HostLaunchOptions, HostProcess } from '../engine/ports.ts'
import { hostEnvironment } from './host-environment.ts'
import { HostWatch } from './host-watch.ts'

/** After a host has exited, its last messages and words may take this long to arrive, in ms. */
const drainMs = 1000

/** Starts session hosts as Node processes. `hostPath` is the built host, `dist/host.js`. */
export function createForkLauncher(hostPath: string): HostLauncher {
  return { launch: (options) => launch(hostPath, options) }
}

function launch(hostPath: string, options: HostLaunchOptions): HostProcess {
  const watch = new HostWatch()
  const listeners = new Set<(message: HostMessage) => void>()
  const waiting: HostRequest[] = []
  let open = false

  const child = fork(hostPath, [], {
    env: hostEnvironment(options),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const { pid } = child
  if (pid !== undefined) watch.watch(pid)
  child.stderr?.on('data', (chunk: Buffer) => watch.appendStandardError(chunk))

  const kill = (signal: 'SIGTERM' | 'SIGKILL') => {
    watch.noteKill()
    child.kill(signal)
  }
  // A host that died does not take messages (EPIPE): why it died is what gets reported, not that.
  const deliver = (request: HostRequest) => void (child.connected && child.send(request, () => undefined))

  const openForRequests = async () => {
    if (pid !== undefined && options.memoryBudgetBytes !== undefined) {
      await watch.limit(pid, options.memoryBudgetBytes, () => kill('SIGKILL'))
    }
    open = true
    for (const request of waiting.splice(0)) deliver(request)
  }

  child.on('message', (raw) => {
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
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(watch.exit(null, null, error.message))
    })
    child.once('exit', (code, signal) => {
      const settle = () => resolve(watch.exit(code, signal))
      child.once('close', settle)
      setTimeout(settle, drainMs).unref()
    })
  })

  return {
    pid,
    exited,
    kill,
    send(request) {
      if (open) deliver(request)
      else waiting.push(request)
    },
    onMessage(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
