/** Name of the object that the desktop's preload puts on `window`, and of its IPC channel. */
export const bridgeName = 'batchscopeBridge'
export const bridgeChannel = 'batchscope'

/** The preload's bridge: opaque messages both ways, and the path of a dropped file. */
export interface DesktopBridge {
  send(message: unknown): void
  receive(listener: (message: unknown) => void): () => void
  /** Empty for what is no file on the disk. */
  pathOf(file: unknown): string
}
