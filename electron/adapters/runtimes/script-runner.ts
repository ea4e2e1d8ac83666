import { spawn } from 'node:child_process'

/** A script for Node, in a process of its own. */
export interface Script {
  path: string
  args: readonly string[]
  /** Its whole environment. */
  environment: Record<string, string>
  workingFolder: string
}

/** How a script ended. */
export interface ScriptEnd {
  /** `null` when it was killed. */
  code: number | null
  /** The last of what it said, on both outputs. */
  output: string
}

/** Runs a script to its end; kills it when the signal is aborted, and resolves when it is gone all the same. */
export type ScriptRunner = (script: Script, signal: AbortSignal) => Promise<ScriptEnd>

/** What is kept of a script's words, in characters. */
const outputLimit = 8192

/** Gathers the last words of a script. */
export class ScriptOutput {
  #text = ''

  append(chunk: Buffer | string): void {
    this.#text = (this.#text + chunk.toString()).slice(-outputLimit)
  }

  get text(): string {
    return this.#text
  }
}

/** Runs scripts with this process's own Node. */
export const spawnScript: ScriptRunner = ({ path, args, environment, workingFolder }, signal) =>
  new Promise((resolve) => {
    const output = new ScriptOutput()
    const child = spawn(process.execPath, [path, ...args], {
      env: environment,
      cwd: workingFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const kill = () => child.kill('SIGKILL')
    const settle = (code: number | null) => {
      signal.removeEventListener('abort', kill)
      resolve({ code, output: output.text })
    }
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => output.append(chunk))
    child.once('error', (error) => {
      output.append(error.message)
      if (child.pid === undefined) settle(null)
    })
    child.once('close', (code) => settle(code))
    if (signal.aborted) kill()
    else signal.addEventListener('abort', kill, { once: true })
  })
