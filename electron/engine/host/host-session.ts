import type { HostMessage, HostRequest } from '../../contract/host-protocol.ts'
import type { Clock, HostExit, HostProcess } from '../ports.ts'
import { HostExited, HostFailed, HostStartTimeout } from './host-errors.ts'

/**
 * `starting` until it says that it is ready; `busy` while it owes an answer; `stopping` once it was told to end or has
 * failed; `exited` when the process is gone.
 */
export type HostState = 'starting' | 'ready' | 'busy' | 'stopping' | 'exited'

export interface HostLimits {
  /** From launch to ready, in ms. */
  startMs: number
  /** From being asked to end to being gone, before the next stronger means is taken, in ms. */
  stopMs: number
}

/** Generous: a cold start on a busy machine is no failure. */
export const defaultHostLimits: HostLimits = { startMs: 60_000, stopMs: 3000 }

type Message<M extends HostMessage['message']> = Extract<HostMessage, { message: M }>
type Request<R extends HostRequest['request']> = Omit<Extract<HostRequest, { request: R }>, 'request'>

interface Pending {
  /** Takes a message; true when it was the last part of the answer. */
  take(message: HostMessage): boolean
  reject(error: Error): void
}

/**
 * A session host as the engine deals with it: one request at a time, typed answers, and an end in every case. Every
 * pending request is rejected when the host fails (`HostFailed`), exits (`HostExited`) or does not start
 * (`HostStartTimeout`).
 */
export class HostSession {
  /** Resolves with the host's clock when it takes requests. */
  readonly ready: Promise<Message<'ready'>>
  /** Resolves once, when the process is gone. Never rejects. */
  readonly exited: Promise<HostExit>
  readonly #process: HostProcess
  readonly #clock: Clock
  readonly #limits: HostLimits
  /** Aborted when the process is gone: ends the timers. */
  readonly #gone = new AbortController()
  #state: HostState = 'starting'
  #pending: Pending | undefined

  constructor(process: HostProcess, clock: Clock, limits: HostLimits = defaultHostLimits) {
    this.#process = process
    this.#clock = clock
    this.#limits = limits
    process.onMessage((message) => this.#receive(message))
    this.exited = process.exited.then((exit) => this.#end(exit))
    this.ready = this.#await('ready')
    // Who waits for it hears of it; nobody has to.
    this.ready.catch(() => undefined)
    void this.#limitStart()
  }

  get state(): HostState {
    return this.#state
  }

  /** Known from when the process was spawned. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Versions and providers of the runtime. */
  async describe(): Promise<Message<'described'>> {
    await this.#open()
    return this.#ask({ request: 'describe' }, 'described')
  }

  /** Creates the session, builds the inputs, runs once. `onLoaded` is called in between. */
  async prepare(
    request: Request<'prepare'>,
    onLoaded: (loaded: Message<'loaded'>) => void,
  ): Promise<Message<'first-inference'>> {
    await this.#open()
    return this.#ask({ request: 'prepare', ...request }, 'first-inference', (message) => {
      if (message.message === 'loaded') onLoaded(message)
    })
  }

  /** Creates the session and nothing else. */
  async load(request: Request<'load'>): Promise<Message<'loaded'>> {
    await this.#open()
    return this.#ask({ request: 'load', ...request }, 'loaded')
  }

  /** Runs once on the given inputs and gives the outputs. */
  async evaluate(request: Request<'evaluate'>): Promise<Message<'evaluated'>> {
    await this.#open()
    return this.#ask({ request: 'evaluate', ...request }, 'evaluated')
  }

  /** Runs over and over until `maximumMs` or `endWindow`; resolves when all samples were handed to `onSamples`. */
  async sample(
    request: Request<'sample'>,
    onSamples: (samples: Message<'samples'>) => void,
  ): Promise<Message<'window-ended'>> {
    await this.#open()
    return this.#ask({ request: 'sample', ...request }, 'window-ended', (message) => {
      if (message.message === 'samples' && message.phase === request.phase) onSamples(message)
    })
  }

  /** Creates the session with ONNX Runtime's profiler on, runs a few times, and ends the profile. */
  async profile(request: Request<'profile'>): Promise<Message<'profiled'>> {
    await this.#open()
    return this.#ask({ request: 'profile', ...request }, 'profiled')
  }

  /** Ends the window that `sample` opened, after the sample that is running. */
  endWindow(): void {
    if (this.#state === 'busy') this.#process.send({ request: 'end-window' })
  }

  /** Lets the host release its session and exit. Resolves when it is gone, whatever it takes. */
  async end(): Promise<{ peakResidentBytes: number | undefined; exit: HostExit }> {
    let peakResidentBytes: number | undefined
    if (this.#state !== 'ready') return { exit: await this.stop(), peakResidentBytes }
    this.#state = 'stopping'
    this.#process.onMessage((message) => {
      if (message.message === 'ending') peakResidentBytes = message.peakResidentBytes
    })
    this.#process.send({ request: 'end' })
    // Once the peak has arrived nothing more is to be had: a host that hangs while it cleans up is ended.
    return { exit: await this.stop(), peakResidentBytes }
  }

  /** Waits for a host that is ending; then SIGTERM, then SIGKILL. Resolves when the process is gone. */
  async stop(): Promise<HostExit> {
    const ending = this.#state === 'stopping'
    if (this.#state === 'exited' || (ending && (await this.#goneWithin(this.#limits.stopMs))))
      return this.exited
    this.#state = 'stopping'
    this.#process.kill('SIGTERM')
    if (!(await this.#goneWithin(this.#limits.stopMs))) this.#process.kill('SIGKILL')
    return this.exited
  }

  /** SIGKILL, now: for a host that is in the middle of a run, which nothing else interrupts. */
  kill(): Promise<HostExit> {
    if (this.#state !== 'exited') {
      this.#state = 'stopping'
      this.#process.kill('SIGKILL')
    }
    return this.exited
  }

  async #open(): Promise<void> {
    await this.ready
    if (this.#state === 'busy') throw new Error('The session host is busy with another request.')
  }

  #ask<M extends HostMessage['message']>(
    request: HostRequest,
    last: M,
    each: (message: HostMessage) => void = () => undefined,
  ): Promise<Message<M>> {
    // Gone in between: how it went is what the request is told.
    if (this.#state !== 'ready') return this.exited.then((exit) => Promise.reject(new HostExited(exit)))
    this.#state = 'busy'
    const answer = this.#await(last, each)
    this.#process.send(request)
    return answer
  }

  #await<M extends HostMessage['message']>(
    last: M,
    each: (message: HostMessage) => void = () => undefined,
  ): Promise<Message<M>> {
    return new Promise((resolve, reject) => {
      this.#pending = {
        reject,
        take(message) {
          if (!isMessage(message, last)) {
            each(message)
            return false
          }
          resolve(message)
          return true
        },
      }
    })
  }

  #receive(message: HostMessage): void {
    if (message.message === 'failed') {
      this.#state = 'stopping'
      this.#reject(new HostFailed(message))
    } else if (this.#pending?.take(message) === true) {
      this.#pending = undefined
      if (this.#state === 'starting' || this.#state === 'busy') this.#state = 'ready'
    }
  }

  #end(exit: HostExit): HostExit {
    this.#state = 'exited'
    this.#gone.abort()
    this.#reject(new HostExited(exit))
    return exit
  }

  #reject(error: Error): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
  }

  async #limitStart(): Promise<void> {
    if (await this.#goneWithin(this.#limits.startMs, () => this.#state !== 'starting')) return
    this.#reject(new HostStartTimeout(this.#limits.startMs))
    await this.kill()
  }

  /** True when the process is gone, or `unless` holds, by the end of `ms`. */
  async #goneWithin(ms: number, unless: () => boolean = () => false): Promise<boolean> {
    try {
      await this.#clock.sleep(ms, this.#gone.signal)
      return unless()
    } catch {
      return true
    }
  }
}

function isMessage<M extends HostMessage['message']>(message: HostMessage, name: M): message is Message<M> {
  return message.message === name
}
