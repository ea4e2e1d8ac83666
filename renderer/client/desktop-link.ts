import { bridgeName } from '../../electron/contract/desktop-bridge.ts'
import type { DesktopBridge } from '../../electron/contract/desktop-bridge.ts'
import type { Link } from './link.ts'

/** The preload's bridge, where this page runs in the desktop's window. */
export function findDesktopBridge(host: object = globalThis): DesktopBridge | undefined {
  const bridge: unknown = Reflect.get(host, bridgeName)
  return isDesktopBridge(bridge) ? bridge : undefined
}

function isDesktopBridge(value: unknown): value is DesktopBridge {
  if (typeof value !== 'object' || value === null) return false
  const names = ['send', 'receive', 'pathOf'] satisfies (keyof DesktopBridge)[]
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}

/**
 * Electron's IPC lives as long as the window does: it never changes its state. Messages leave as plain data, as they do
 * over a socket, because Electron refuses Vue's reactive objects.
 */
export function desktopLink(bridge: DesktopBridge): Link {
  return {
    send: (message) => bridge.send(JSON.parse(JSON.stringify(message))),
    onMessage: (listener) => void bridge.receive(listener),
    onState: () => {},
  }
}
