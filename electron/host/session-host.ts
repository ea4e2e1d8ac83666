import type { InferenceSession } from 'onnxruntime-node'
import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'
import type { ParentChannel } from './parent-channel.ts'
import { peakResidentBytes } from './peak-memory.ts'
import { feedBytes, makeProfileFolder, runProfiled } from './profile-run.ts'
import { buildFeeds, createSession, describeRuntime, loadRuntime } from './runtime.ts'
import type { Feeds, Runtime } from './runtime.ts'
import { outputValue } from './output-values.ts'
import { openWindow } from './sampling-window.ts'
import type { SamplingWindow } from './sampling-window.ts'

type FailedPhase = Extract<HostMessage, { message: 'failed' }>['phase']

/** Thrown values with the stage of the work that threw them. */
class StageError extends Error {
  readonly phase: FailedPhase

  constructor(phase: FailedPhase, cause: unknown) {
    super(phase, { cause })
    this.phase = phase
  }
}

async function stage<T>(phase: FailedPhase, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new StageError(phase, error)
  }
}

/** One session in one process: fulfils requests, one after the other, and ends the process after `end` or a failure. */
export class SessionHost {
  readonly #channel: ParentChannel
  #session: InferenceSession | undefined
  /** The outputs to fetch, where not all can be. */
  #fetches: string[] | undefined
  #feeds: Feeds = {}
  #window: SamplingWindow | undefined

  constructor(channel: ParentChannel) {
    this.#channel = channel
  }

  /** Fulfils one request. Never rejects: what throws is sent as `failed`, and the process exits with code 1. */
  async handle(request: HostRequest): Promise<void> {
    try {
      await this.#fulfil(request)
    } catch (error) {
      const phase = error instanceof StageError ? error.phase : 'sample'
      const cause = error instanceof StageError ? error.cause : error
      await this.#channel.send({
        message: 'failed',
        phase,
        name: cause instanceof Error ? cause.name : 'Error',
        text: cause instanceof Error ? cause.message : String(cause),
      })
      process.exit(1)
    }
  }

  async #fulfil(request: HostRequest): Promise<void> {
    switch (request.request) {
      case 'describe':
        return this.#channel.send(await stage('describe', async () => describeRuntime(await loadRuntime())))
      case 'prepare':
        return this.#prepare(request)
      case 'load':
        return this.#load(request)
      case 'evaluate':
        return this.#evaluate(request)
      case 'sample':
        return this.#sample(request)
      case 'profile':
        return this.#profile(request)
      case 'end-window':
        this.#window?.end()
        return
      case 'end':
        return this.#end()
    }
  }

  async #createSession(
    request: Parameters<typeof createSession>[1],
    profilePrefix?: string,
  ): Promise<{ runtime: Runtime; session: InferenceSession; loadMs: number }> {
    const runtime = await stage('load', loadRuntime)
    const started = performance.now()
    const session = await stage('load', () => createSession(runtime, request, profilePrefix))
    this.#session = session
    // The binding for Node fails on outputs that are no tensors (the maps of classifiers from scikit-learn).
    const tensors = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name)
    if (tensors.length > 0 && tensors.length < session.outputNames.length) this.#fetches = tensors
    return { runtime, session, loadMs: performance.now() - started }
  }

  /** Computes and fetches the given outputs, else all that can be fetched. */
  #run(
    session: InferenceSession,
    feeds: Feeds,
    outputs = this.#fetches,
  ): ReturnType<InferenceSession['run']> {
    return outputs === undefined ? session.run(feeds) : session.run(feeds, outputs)
  }

  async #load(request: Extract<HostRequest, { request: 'load' }>): Promise<void> {
    const { loadMs } = await this.#createSession(request)
    return this.#channel.send({ message: 'loaded', loadMs })
  }

  async #evaluate(request: Extract<HostRequest, { request: 'evaluate' }>): Promise<void> {
    const runtime = await stage('load', loadRuntime)
    const session = this.#session
    if (session === undefined) throw new Error('There is no session to evaluate.')
    const feeds = await stage('build-inputs', () => buildFeeds(runtime, request))
    const started = performance.now()
    const results = await stage('first-inference', () => this.#run(session, feeds, request.outputs))
    const ms = performance.now() - started
    const outputs = Object.entries(results).map(([name, value]) =>
      outputValue(name, value, request.mostElements),
    )
    return this.#channel.send({ message: 'evaluated', ms, outputs })
  }

  async #prepare(request: Extract<HostRequest, { request: 'prepare' }>): Promise<void> {
    const { runtime, session, loadMs } = await this.#createSession(request)
    void this.#channel.send({ message: 'loaded', loadMs })
    const feeds = await stage('build-inputs', () => buildFeeds(runtime, request))
    this.#feeds = feeds
    const started = performance.now()
    const results = await stage('first-inference', () => this.#run(session, feeds))
    const ms = performance.now() - started
    const outputs = Object.entries(results).map(([name, value]) => ({ name, shape: [...value.dims] }))
    return this.#channel.send({ message: 'first-inference', ms, outputs })
  }

  async #sample(request: Extract<HostRequest, { request: 'sample' }>): Promise<void> {
    const session = this.#session
    const feeds = this.#feeds
    if (session === undefined) throw new Error('There is no session to sample.')
    if (this.#window !== undefined) throw new Error('A window is open already.')
    const window = openWindow(
      request,
      () => this.#run(session, feeds),
      (message) => this.#channel.send(message),
    )
    this.#window = window
    const windowMs = await window.windowMs
    // Before it is told: the answer may be the next request.
    this.#window = undefined
    await this.#channel.send({ message: 'window-ended', phase: request.phase, windowMs })
  }

  async #profile(request: Extract<HostRequest, { request: 'profile' }>): Promise<void> {
    await stage('load', () => makeProfileFolder(request.profilePrefix))
    const { runtime, session } = await this.#createSession(request, request.profilePrefix)
    const feeds = await stage('build-inputs', () => buildFeeds(runtime, request))
    const profiled = await stage('sample', () =>
      runProfiled(session, () => this.#run(session, feeds), request),
    )
    return this.#channel.send({ message: 'profiled', ...profiled, inputBytes: feedBytes(feeds) })
  }

  async #end(): Promise<void> {
    await this.#channel.send({ message: 'ending', peakResidentBytes: peakResidentBytes() })
    await this.#session?.release()
    process.exit(0)
  }
}
