import { createBirpc } from 'birpc'
import * as v from 'valibot'
import { events } from '../contract/workbench-api.ts'
import type { ClientFunctions, EventName, ServerFunctions, WorkbenchApi } from '../contract/workbench-api.ts'
import { createDispatcher } from './dispatch.ts'
import type { DispatchOptions } from './dispatch.ts'

/** Anything that carries messages both ways: Electron's IPC, a WebSocket, a pair of arrays in a test. */
export interface MessageChannel {
  /** May throw when the other side is gone; nothing more is sent then. */
  post(message: unknown): void
  on(listener: (message: unknown) => void): void
}

/** The only messages that a page may send; everything else on the wire is dropped unread. */
const RequestSchema = v.object({
  t: v.literal('q'),
  m: v.picklist(['command', 'subscribe', 'unsubscribe']),
  a: v.pipe(v.array(v.unknown()), v.maxLength(2)),
  i: v.optional(v.string()),
})

/**
 * Serves the workbench to one client: answers its commands, and pushes the events that it has subscribed to and no
 * others. `close` ends every subscription and drops whatever still arrives or is still being answered.
 */
export function serveChannel(
  api: WorkbenchApi,
  channel: MessageChannel,
  options: DispatchOptions = {},
): { close(): void } {
  const dispatch = createDispatcher(api.commands, options)
  const subscriptions = new Map<EventName, () => void>()
  let open = true

  const functions: ServerFunctions = {
    command: dispatch,
    subscribe(event) {
      if (!isEventName(event) || subscriptions.has(event)) return
      subscriptions.set(
        event,
        api.subscribe(event, (payload) => {
          if (open) void client.event(event, payload)
        }),
      )
    },
    unsubscribe(event) {
      if (!isEventName(event)) return
      subscriptions.get(event)?.()
      subscriptions.delete(event)
    },
  }

  function close(): void {
    if (!open) return
    open = false
    for (const unsubscribe of subscriptions.values()) unsubscribe()
    subscriptions.clear()
    client.$close()
  }

  const client = createBirpc<ClientFunctions, ServerFunctions>(functions, {
    eventNames: ['event'],
    timeout: -1,
    post(message) {
      if (!open) return
      try {
        channel.post(message)
      } catch {
        // The client went away between two messages; its transport will say so too.
        close()
      }
    },
    on(listener) {
      channel.on((message) => {
        if (open && v.is(RequestSchema, message)) listener(message)
      })
    },
  })
  return { close }
}

function isEventName(event: unknown): event is EventName {
  return typeof event === 'string' && Object.hasOwn(events, event)
}
