import { BatchscopeError } from '../../electron/contract/failure.ts'
import type { ConnectionState, Link } from './link.ts'

/** Close code by which the server says that the token is not of this launch: trying again is no use. */
const refusedCode = 4401

/** Waits between attempts to connect again, in ms; the last one repeats. */
const defaultDelaysMs = [100, 250, 500, 1000, 2000, 4000] as const

export interface SocketLinkOptions {
  /** Opens a socket; tests bring their own. */
  open?: () => WebSocket
  delaysMs?: readonly number[]
  /** Attempts in a row after which the connection is given up. */
  attempts?: number
}

/** Connects to the server; resolves once the first connection stands, rejects when there is none to be had. */
export function connectSocketLink(url: string, options: SocketLinkOptions = {}): Promise<Link> {
  const open = options.open ?? (() => new WebSocket(url))
  const delaysMs = options.delaysMs ?? defaultDelaysMs
  const attempts = options.attempts ?? 30
  const messageListeners = new Set<(message: unknown) => void>()
  const stateListeners = new Set<(state: ConnectionState) => void>()
  let socket: WebSocket | undefined
  let failedAttempts = 0

  const link: Link = {
    send(message) {
      if (socket === undefined || socket.readyState !== socket.OPEN) throw connectionLost()
      socket.send(JSON.stringify(message))
    },
    onMessage: (listener) => void messageListeners.add(listener),
    onState: (listener) => void stateListeners.add(listener),
  }

  return new Promise((resolve, reject) => {
    let settled = false

    function tell(state: ConnectionState): void {
      for (const listener of stateListeners) listener(state)
    }

    function connect(): void {
      const attempt = open()
      socket = attempt
      attempt.addEventListener('open', () => {
        failedAttempts = 0
        if (settled) return tell('connected')
        settled = true
        resolve(link)
      })
      attempt.addEventListener('message', ({ data }) => {
        const message = parseMessage(data)
        if (message !== undefined) for (const listener of messageListeners) listener(message)
      })
      // A connection that could not be made closes as well, so that `error` adds nothing.
      attempt.addEventListener('close', ({ code }) => disconnected(code === refusedCode))
    }

    function disconnected(refused: boolean): void {
      if (refused) return giveUp(refusedConnection())
      if (failedAttempts >= attempts) return giveUp(connectionLost())
      if (settled && failedAttempts === 0) tell('reconnecting')
      const delayMs = delaysMs[Math.min(failedAttempts, delaysMs.length - 1)] ?? 1000
      failedAttempts += 1
      setTimeout(connect, delayMs)
    }

    function giveUp(error: BatchscopeError): void {
      tell('lost')
      reject(error)
    }

    connect()
  })
}

function parseMessage(data: unknown): unknown {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data) as unknown
  } catch {
    return undefined
  }
}

/** What a call gets that was under way when the connection broke, or that is made while there is none. */
export function connectionLost(): BatchscopeError {
  return new BatchscopeError({
    code: 'connection-lost',
    message: 'The connection to Batchscope is lost.',
    hint: 'See whether it still runs in its terminal; the page connects again by itself.',
    owner: 'system',
  })
}

/** The server runs, but this page belongs to another launch of it. */
export function refusedConnection(): BatchscopeError {
  return new BatchscopeError({
    code: 'forbidden',
    message: 'Batchscope does not know this page: it belongs to another launch.',
    hint: 'Open the address that Batchscope printed when it started.',
    owner: 'user',
  })
}
