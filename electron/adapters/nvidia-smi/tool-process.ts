import { systemCode } from '../file-failure.ts'
import { complaint } from './output.ts'
import { startTool, wasAbsent, type ToolChild } from './tool-child.ts'
import { toolName, type DriverTool } from './tool.ts'

/** A tool that ends is started again after this long at first, and twice as long each time, up to the second, in ms. */
const restartDelaysMs = [500, 30_000] as const

/** One that ran for so long had recovered: the delay begins anew, in ms. */
const recoveredMs = 10_000

/** It gets this long to end by itself, and then as long again to be ended, in ms. */
const stopMs = 1000

export interface ToolProcessOptions {
  tool: Pick<DriverTool, 'candidates'>
  /** What it is started with; asked at each start. */
  options(): string[]
  /** A whole line of what it prints; true when it is one of those that were asked for. */
  onLine(line: string): boolean
  /** True when it refused to start for `output`, which will not happen again. */
  refused(output: string): boolean
  /** Why it gives nothing at present, one sentence; `undefined` once it does again. */
  onProblem(problem: string | undefined): void
  /** A tool that prints nothing for so long hangs, in ms; `Infinity` where it may have nothing to say. */
  silentMs: number
}

/**
 * The tool as a long-lived process. It may die and come back while it is watched: it is started again for as long as it
 * is, at growing intervals. Where there is no tool nothing is ever told.
 */
export class ToolProcess {
  readonly #options: ToolProcessOptions
  #child: ToolChild | undefined
  #candidate = 0
  /** What the first of the candidates that are there said when none of them gave anything. */
  #failed: string | undefined
  #delayMs: number = restartDelaysMs[0]
  #timer: NodeJS.Timeout | undefined
  #watchdog: NodeJS.Timeout | undefined
  #troubled = false
  #stopped = false
  #held = false
  /** It is to be started as soon as it is not held. */
  #due = false

  constructor(options: ToolProcessOptions) {
    this.#options = options
    this.#start()
  }

  /** While it is held, it is not started again; what runs goes on. */
  holdStarts(hold: boolean): void {
    this.#held = hold
    if (hold || !this.#due) return
    this.#due = false
    this.#start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#due = false
    clearTimeout(this.#timer)
    clearTimeout(this.#watchdog)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), stopMs)
      // One that hangs inside the driver cannot be ended at all.
      const abandon = setTimeout(() => {
        letGo(child)
        resolve()
      }, 2 * stopMs)
      child.once('close', () => {
        clearTimeout(force)
        clearTimeout(abandon)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  #start(): void {
    if (this.#held) {
      this.#due = true
      return
    }
    const path = this.#options.tool.candidates[this.#candidate]
    if (path === undefined) {
      this.#candidate = 0
      // Where there is no tool there is nothing to restart: `list` says why.
      if (this.#failed !== undefined) this.#startLater(this.#failed)
      return
    }
    const startedMs = performance.now()
    const child = startTool(path, this.#options.options())
    this.#child = child
    let said = ''
    let gave = false
    const look = (line: string) => {
      awaitMore()
      if (this.#options.onLine(line)) {
        gave = true
        this.#failed = undefined
        this.#trouble(undefined)
      } else said = `${said}\n${line}`.slice(-2000)
    }
    const rests = [eachLine(child.stdout, look), eachLine(child.stderr, look)]
    let over = false
    const end = (how: string) => {
      if (over) return
      over = true
      clearTimeout(this.#watchdog)
      this.#child = undefined
      for (const rest of rests) said += `\n${rest()}`
      if (this.#stopped) return
      if (this.#options.refused(said)) return this.#start()
      const problem = problemWords(said, how)
      if (gave) {
        if (performance.now() - startedMs >= recoveredMs) this.#delayMs = restartDelaysMs[0]
        return this.#startLater(problem)
      }
      // Another path may have a tool that works.
      this.#failed ??= problem
      this.#candidate += 1
      this.#start()
    }
    const absent = () => {
      over = true
      clearTimeout(this.#watchdog)
      this.#child = undefined
      this.#candidate += 1
      if (!this.#stopped) this.#start()
    }
    child.once('error', (error) => {
      if (systemCode(error) !== 'ENOENT' || over) return end(error.message)
      absent()
    })
    child.once('close', (code, signal) => {
      if (!over && wasAbsent(code, said)) return absent()
      end(signal === null ? `exit code ${code}` : `signal ${signal}`)
    })
    const { silentMs } = this.#options
    const awaitMore = () => {
      clearTimeout(this.#watchdog)
      if (!Number.isFinite(silentMs) || this.#stopped || over) return
      this.#watchdog = setTimeout(() => {
        letGo(child)
        end(`no answer for ${silentMs / 1000} s`)
      }, silentMs).unref()
    }
    awaitMore()
  }

  #startLater(problem: string): void {
    this.#failed = undefined
    this.#trouble(problem)
    this.#timer = setTimeout(() => this.#start(), this.#delayMs).unref()
    this.#delayMs = Math.min(2 * this.#delayMs, restartDelaysMs[1])
  }

  #trouble(problem: string | undefined): void {
    if (problem === undefined && !this.#troubled) return
    this.#troubled = problem !== undefined
    this.#options.onProblem(problem)
  }
}

function problemWords(said: string, how: string): string {
  const complained = complaint(said)
  const why = complained === undefined ? `${toolName} ended (${how})` : `${toolName} says: ${complained}`
  return `${why}; it is started again.`
}

/** Ends what can be ended of a process, and waits for nothing more of it. */
function letGo(child: ToolChild): void {
  child.kill('SIGKILL')
  child.stdout.destroy()
  child.stderr.destroy()
  child.unref()
}

/**
 * Calls back for every line that is whole: one that was cut off when the tool died is not told, because the number in it
 * may be cut too. Gives what is left.
 */
function eachLine(stream: NodeJS.ReadableStream, tell: (line: string) => void): () => string {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) tell(line.replace(/\r$/, ''))
  })
  return () => rest
}
