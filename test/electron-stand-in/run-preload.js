/* global window */
/**
 * Runs in the page before its own scripts: the sandboxed preload with nothing but `electron` to require, and of that
 * only what a sandboxed preload gets. Everything that crosses to the page is cloned, as the context bridge does; the
 * preload has a function's scope instead of a world of its own. Plain JavaScript, because its text is what is used.
 *
 * `names.binding` carries what `ipcRenderer.send` sends; `names.deliver` takes what `webContents.send` sends.
 */
export function runPreload(names, preload) {
  // Electron runs the preload in the main frame only.
  if (window !== window.top) return
  const listeners = new Map()
  const files = []

  /** Functions become proxies, files pass, the rest is cloned or refused. */
  function cross(value) {
    if (typeof value === 'function') return (...args) => cross(value(...args.map(cross)))
    return value instanceof File ? value : structuredClone(value)
  }

  const electron = {
    contextBridge: {
      exposeInMainWorld(key, api) {
        if (key in window) throw new Error(`Cannot bind an API on top of an existing property: ${key}`)
        const crossed = Object.entries(api).map(([name, value]) => [name, cross(value)])
        const value = Object.freeze(Object.fromEntries(crossed))
        Object.defineProperty(window, key, { value, enumerable: true })
      },
    },
    ipcRenderer: {
      send(channel, ...args) {
        window[names.binding]({ channel, args: structuredClone(args) })
      },
      on(channel, listener) {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      },
      off(channel, listener) {
        listeners.get(channel)?.delete(listener)
      },
    },
    webUtils: {
      /** The stand-in knows the files that the test named. */
      getPathForFile(file) {
        if (!(file instanceof File)) throw new TypeError('getPathForFile takes a File')
        const known = files.find(
          ({ name, size, lastModified }) =>
            name === file.name && size === file.size && lastModified === file.lastModified,
        )
        return known?.path ?? ''
      },
    },
  }

  Object.defineProperty(window, names.deliver, {
    value: {
      message(channel, args) {
        for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
      },
      knowFiles: (known) => files.push(...known),
    },
  })

  const module = { exports: {} }
  preload(
    (name) => {
      if (name !== 'electron') throw new Error(`module not found: ${name}`)
      return electron
    },
    module,
    module.exports,
  )
}
