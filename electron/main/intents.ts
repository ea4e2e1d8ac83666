import type { EventPayload, Subscribe } from '../contract/workbench-api.ts'

type Intent = EventPayload<'intent'>

/** What the desktop wants from the page. */
export interface Intents {
  /** Kept until a page listens: a file can be opened before there is one. */
  send(intent: Intent): void
  /** The engine's events, and these. */
  subscribe: Subscribe
}

/** Adds the `intent` stream to the engine's events. */
export function createIntents(engine: Subscribe): Intents {
  const listeners = new Set<(intent: Intent) => void>()
  const waiting: Intent[] = []

  function subscribeIntent(listener: (intent: Intent) => void): () => void {
    listeners.add(listener)
    for (const intent of waiting.splice(0)) listener(intent)
    return () => void listeners.delete(listener)
  }

  return {
    send(intent) {
      if (listeners.size === 0) waiting.push(intent)
      for (const listener of listeners) listener(intent)
    },
    subscribe: (event, listener) =>
      event === 'intent' ? subscribeIntent(listener as (intent: Intent) => void) : engine(event, listener),
  }
}
