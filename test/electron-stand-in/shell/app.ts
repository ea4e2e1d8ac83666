import { EventEmitter } from 'node:events'
import { isReady, mustNotBeReady, whenReady } from './readiness.ts'
import { shellFunctions, stage } from './stage-connection.ts'

/** An event that a listener can prevent. */
export function preventable(): { preventDefault(): void; defaultPrevented: boolean } {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}

class App extends EventEmitter {
  readonly isPackaged = false
  readonly name = 'Batchscope'
  /** Closes every window; false when one of them refused. Set by the windows. */
  closeWindows = () => true

  whenReady(): Promise<void> {
    return whenReady
  }

  isReady(): boolean {
    return isReady()
  }

  enableSandbox(): void {
    mustNotBeReady('app.enableSandbox')
  }

  requestSingleInstanceLock(): boolean {
    return true
  }

  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`Failed to get '${name}' path`)
    return process.env['STAND_IN_USER_DATA'] ?? ''
  }

  addRecentDocument(path: string): void {
    stage.note('recent-document', path)
  }

  quit(): void {
    const event = preventable()
    this.emit('before-quit', event)
    if (event.defaultPrevented || !this.closeWindows()) return
    this.emit('will-quit', preventable())
    this.emit('quit', preventable(), 0)
    process.exit(0)
  }
}

export const app = new App()

shellFunctions.openFile = (path) => void app.emit('open-file', preventable(), path)
shellFunctions.secondInstance = (args) => {
  app.emit('second-instance', preventable(), ['electron', ...args], process.cwd(), null)
}
// The stage gets its answer before the process goes.
shellFunctions.quit = () => void setImmediate(() => app.quit())
