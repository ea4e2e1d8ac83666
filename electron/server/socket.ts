import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { WorkbenchApi } from '../contract/workbench-api.ts'
import { serveChannel } from '../engine/channel.ts'

/** Close code for a page of another launch; the page then stops trying. */
const refusedCode = 4401

/** A client that lets this much wait is cut off, in bytes: it connects again and fetches what it missed. */
const backlogLimitBytes = 64 * 2 ** 20

/** Requests are small; this bounds what a client can make us hold, in bytes. */
const requestLimitBytes = 2 ** 20

/** How often a client must answer a ping, in ms. */
const heartbeatMs = 30_000

export interface SocketServer {
  /** Takes a connection over. Without the right token it is closed at once, with a code that says so. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, hasToken: boolean): void
  close(): void
}

/** Serves the workbench over WebSockets, one JSON document a message. */
export function createSocketServer(api: WorkbenchApi): SocketServer {
  // Compression would take the processor from what is being measured, for a connection within the machine.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: requestLimitBytes,
    perMessageDeflate: false,
  })

  return {
    accept(request, socket, head, hasToken) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('error', () => client.terminate())
        if (hasToken) serveClient(api, client)
        else client.close(refusedCode, 'another launch')
      })
    },
    close() {
      for (const client of sockets.clients) {
        client.close(1001, 'shutting down')
        setTimeout(() => client.terminate(), 500).unref()
      }
      sockets.close()
    },
  }
}

function serveClient(api: WorkbenchApi, client: WebSocket): void {
  const channel = serveChannel(api, {
    post(message) {
      if (client.bufferedAmount > backlogLimitBytes) client.terminate()
      if (client.readyState === client.OPEN) client.send(JSON.stringify(message))
    },
    on(listener) {
      client.on('message', (data, isBinary) => {
        const message = isBinary ? undefined : parse(data.toString())
        if (message === undefined) client.close(1007, 'not JSON')
        else listener(message)
      })
    },
  })
  const stopHeartbeat = startHeartbeat(client)
  client.on('close', () => {
    stopHeartbeat()
    channel.close()
  })
}

function startHeartbeat(client: WebSocket): () => void {
  let answered = true
  client.on('pong', () => (answered = true))
  const timer = setInterval(() => {
    if (!answered) return client.terminate()
    answered = false
    client.ping()
  }, heartbeatMs)
  timer.unref()
  return () => clearInterval(timer)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
