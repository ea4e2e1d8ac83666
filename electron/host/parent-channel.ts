import type { HostMessage } from '../contract/host-protocol.ts'

/** The way to the process that started this one. */
export interface ParentChannel {
  /** Resolves when the message has left this process. */
  send(message: HostMessage): Promise<void>
  /** What arrives is not parsed yet. */
  onRequest(listener: (request: unknown) => void): void
}

/** Electron's utilityProcess gives its child this port; its messages come wrapped in events. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** The channel of a utilityProcess, or of `child_process.fork`; `undefined` when this process was started by hand. */
export function parentChannel(): ParentChannel | undefined {
  const port = utilityPort()
  if (port !== undefined) {
    return {
      send(message) {
        port.postMessage(message)
        return new Promise((resolve) => setImmediate(resolve))
      },
      onRequest: (listener) => void port.on('message', (event) => listener(event.data)),
    }
  }
  if (process.send === undefined) return undefined
  // The parent is gone: nobody waits for an answer, and nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C in a terminal reaches every process of its group: the parent decides what it means for this one.
  process.on('SIGINT', () => undefined)
  return {
    send: (message) =>
      new Promise((resolve) => {
        if (process.send === undefined || !process.connected) resolve()
        else process.send(message, () => resolve())
      }),
    onRequest: (listener) => void process.on('message', listener),
  }
}

function utilityPort(): ParentPort | undefined {
  if (!('parentPort' in process)) return undefined
  const port = process.parentPort
  return isParentPort(port) ? port : undefined
}

function isParentPort(value: unknown): value is ParentPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value
}
