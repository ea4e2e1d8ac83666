import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { mustBeReady } from './readiness.ts'

interface ForkOptions {
  env?: NodeJS.ProcessEnv
  execArgv?: string[]
  cwd?: string
  stdio?: ('pipe' | 'ignore' | 'inherit')[] | 'pipe' | 'ignore' | 'inherit'
  serviceName?: string
}

const parentPort = new URL('../parent-port.mjs', import.meta.url).href

/** Electron's utility process: a forked Node process behind the same few members. */
class UtilityProcess extends EventEmitter {
  stderr: Readable | null
  stdout: Readable | null
  pid: number | undefined
  readonly #child: ChildProcess

  constructor(modulePath: string, args: string[], options: ForkOptions) {
    super()
    const { stdio = 'inherit' } = options
    const [input, output, error] = typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio
    if (input !== 'ignore') throw new Error("stdin value other than 'ignore' is not supported.")
    this.#child = fork(modulePath, args, {
      env: options.env,
      cwd: options.cwd,
      execArgv: ['--import', parentPort, ...(options.execArgv ?? [])],
      serialization: 'advanced',
      stdio: ['ignore', output ?? 'inherit', error ?? 'inherit', 'ipc'],
    })
    this.stdout = this.#child.stdout
    this.stderr = this.#child.stderr
    this.#child.once('spawn', () => {
      this.pid = this.#child.pid
      this.emit('spawn')
    })
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.once('exit', (code, signal) => {
      // Electron hands on the raw status of the wait: for a killed process, the number of the signal.
      this.emit('exit', code ?? (signal === null ? 0 : constants.signals[signal]))
      this.pid = undefined
      this.stdout = null
      this.stderr = null
    })
  }

  postMessage(message: unknown): void {
    const cloned = structuredClone(message)
    if (this.#child.connected) this.#child.send(cloned as object, () => {})
  }

  kill(): boolean {
    // Electron cannot end a process that it has not started yet.
    return this.pid !== undefined && this.#child.kill('SIGTERM')
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): UtilityProcess {
    mustBeReady('utilityProcess.fork')
    return new UtilityProcess(modulePath, args, options)
  },
}
