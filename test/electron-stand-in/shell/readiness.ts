let ready = false
let resolveReady = () => {}

/** Resolves when the entry module has been evaluated: Electron is never ready before. */
export const whenReady = new Promise<void>((resolve) => {
  resolveReady = resolve
})

export function isReady(): boolean {
  return ready
}

export function becomeReady(): void {
  ready = true
  resolveReady()
}

/** Throws as Electron does when something is used too early. */
export function mustBeReady(what: string): void {
  if (!ready) throw new Error(`${what} cannot be used before the app is ready`)
}

/** Throws as Electron does when something is set up too late. */
export function mustNotBeReady(what: string): void {
  if (ready) throw new Error(`${what} should be called before the app is ready`)
}
