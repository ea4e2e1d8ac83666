/** `lost`: given up, or refused; only a new page load helps. */
export type ConnectionState = 'connected' | 'reconnecting' | 'lost'

/** The page's end of a connection to the engine: opaque messages both ways. */
export interface Link {
  /** Throws while not connected. */
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Told of every change after `connected` was first reached. */
  onState(listener: (state: ConnectionState) => void): void
}
