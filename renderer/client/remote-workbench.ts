import { createBirpc } from 'birpc'
import * as v from 'valibot'
import { BatchscopeError } from '../../electron/contract/failure.ts'
import { commands, events, ReplySchema } from '../../electron/contract/workbench-api.ts'
import type {
  ClientFunctions,
  CommandName,
  CommandParams,
  CommandResult,
  EventName,
  EventPayload,
  ServerFunctions,
  Subscribe,
} from '../../electron/contract/workbench-api.ts'
import type { ConnectionState, Link } from './link.ts'
import { connectionLost } from './socket-link.ts'

/** Asks the engine for something; rejects with a BatchscopeError. */
export type Call = <C extends CommandName>(name: C, params: CommandParams<C>) => Promise<CommandResult<C>>

/** The engine at the other end of a link. */
export interface RemoteWorkbench {
  call: Call
  /** Goes on by itself after the connection was lost and found again; what happened between is not repeated. */
  subscribe: Subscribe
  /** Told of changes; until the first one the state is `connected`. */
  onConnection(listener: (state: ConnectionState) => void): () => void
}

type Listeners = { [E in EventName]: Set<(payload: EventPayload<E>) => void> }

/** Calls and events over a link, parsed by the contract in both directions. */
export function remoteWorkbench(link: Link): RemoteWorkbench {
  const listeners: Listeners = {
    run: new Set(),
    projects: new Set(),
    intent: new Set(),
    runtimeInstall: new Set(),
  }
  const connectionListeners = new Set<(state: ConnectionState) => void>()

  const functions: ClientFunctions = {
    event(name, payload) {
      if (isEventName(name)) deliver(name, payload)
    },
  }
  const server = createBirpc<ServerFunctions, ClientFunctions>(functions, {
    eventNames: ['subscribe', 'unsubscribe'],
    // A model of many gigabytes takes as long as it takes to hash; a lost connection ends the wait.
    timeout: -1,
    post: (message) => link.send(message),
    on: (listener) =>
      link.onMessage((message) => {
        if (typeof message === 'object' && message !== null) listener(message)
      }),
  })

  function deliver<E extends EventName>(name: E, payload: unknown): void {
    const parsed = v.safeParse(events[name], payload)
    if (!parsed.success) {
      console.warn(`An event "${name}" does not follow the contract and is passed over.`, parsed.issues)
      return
    }
    for (const listener of listeners[name]) listener(parsed.output)
  }

  /** Without a connection there is nobody to tell: every subscription is sent again when it is back. */
  function tellServer(message: 'subscribe' | 'unsubscribe', event: EventName): void {
    server[message](event).catch(() => {})
  }

  link.onState((state) => {
    if (state === 'connected') {
      for (const event of eventNames) if (listeners[event].size > 0) tellServer('subscribe', event)
    } else {
      server.$rejectPendingCalls(({ reject }) => reject(connectionLost()))
    }
    for (const listener of connectionListeners) listener(state)
  })

  return {
    async call(name, params) {
      const reply = v.safeParse(ReplySchema, await server.command(name, params))
      if (!reply.success) throw contractBroken(name)
      if (!reply.output.ok) throw new BatchscopeError(reply.output.failure)
      return parseResult(name, reply.output.value)
    },
    subscribe(event, listener) {
      const set: Set<typeof listener> = listeners[event]
      if (set.size === 0) tellServer('subscribe', event)
      set.add(listener)
      return () => {
        if (set.delete(listener) && set.size === 0) tellServer('unsubscribe', event)
      }
    },
    onConnection(listener) {
      connectionListeners.add(listener)
      return () => void connectionListeners.delete(listener)
    },
  }
}

const eventNames = Object.keys(events).filter(isEventName)

function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name)
}

function parseResult<C extends CommandName>(name: C, value: unknown): CommandResult<C> {
  const parsed = v.safeParse(commands[name].result, value)
  if (!parsed.success) throw contractBroken(name)
  return parsed.output
}

function contractBroken(name: CommandName): BatchscopeError {
  return new BatchscopeError({
    code: 'internal',
    message: `The answer to ${name} does not follow the contract between the page and the engine.`,
    hint: 'They may be of different versions: reload the page.',
    owner: 'system',
  })
}
