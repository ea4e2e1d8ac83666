import { execFile } from 'node:child_process'
import { systemCode } from '../file-failure.ts'
import { complaint } from './output.ts'

/** What people know the tool by. */
export const toolName = 'nvidia-smi'

/** A driver that hangs must not hang Batchscope, in ms. */
const answerLimitMs = 10_000

/**
 * Where the tool may be, in the order in which it is looked for: on the search path; where WSL, the driver's own packages
 * and container hosts put it without putting it there.
 */
export function toolPaths(platform = process.platform, environment = process.env): string[] {
  if (platform === 'linux') {
    return [
      toolName,
      '/usr/lib/wsl/lib/nvidia-smi',
      '/usr/bin/nvidia-smi',
      '/usr/local/nvidia/bin/nvidia-smi',
      '/opt/bin/nvidia-smi',
    ]
  }
  if (platform === 'win32') {
    const { SystemRoot = 'C:\\Windows', ProgramFiles = 'C:\\Program Files' } = environment
    return [
      toolName,
      `${SystemRoot}\\System32\\nvidia-smi.exe`,
      `${ProgramFiles}\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe`,
    ]
  }
  return [toolName]
}

/** The tool's surroundings: ours, but numbers are to be written with a point. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' }
}

/** `absent`: there is no tool at this path. `final`: another path would not be answered either. */
export type Answer =
  { output: string } | { reason: string; output: string; absent?: boolean; final?: boolean }

/** The driver's tool, wherever it is. */
export class DriverTool {
  readonly paths: readonly string[]
  #answering: string | undefined
  readonly #limitMs: number

  constructor(paths: readonly string[], limitMs = answerLimitMs) {
    this.paths = paths
    this.#limitMs = limitMs
  }

  /** The paths to be tried, the one that answered last first. */
  get candidates(): readonly string[] {
    const known = this.#answering
    return known === undefined ? this.paths : [known, ...this.paths.filter((path) => path !== known)]
  }

  /**
   * What it prints with these options, or why it does not. On WSL a distribution's own tool, which finds no driver, may
   * stand before the one that works: where one fails the next is asked. One that hangs does so in the driver, where the
   * next would hang too.
   */
  async ask(options: readonly string[], signal?: AbortSignal): Promise<Answer> {
    let failed: Answer | undefined
    for (const path of this.candidates) {
      const answer = await this.#askAt(path, options, signal)
      if (!('reason' in answer)) {
        this.#answering = path
        return answer
      }
      if (answer.final === true) return answer
      if (failed === undefined || ('absent' in failed && failed.absent)) failed = answer
    }
    return failed ?? { reason: notFound, output: '' }
  }

  #askAt(path: string, options: readonly string[], signal: AbortSignal | undefined): Promise<Answer> {
    if (signal?.aborted === true) return Promise.resolve(cancelled)
    return new Promise((resolve) => {
      // A tool that hangs inside the driver cannot be ended: it is left alone.
      const limit = setTimeout(() => {
        child.kill('SIGKILL')
        child.unref()
        resolve({
          reason: `${toolName} did not answer within ${this.#limitMs / 1000} s.`,
          output: '',
          final: true,
        })
      }, this.#limitMs)
      const child = execFile(
        path,
        [...options],
        { windowsHide: true, env: toolEnvironment(), signal, killSignal: 'SIGKILL' },
        (error, stdout, stderr) => {
          clearTimeout(limit)
          if (signal?.aborted === true) {
            child.unref()
            resolve(cancelled)
          } else if (error === null) resolve({ output: stdout })
          else {
            const output = `${stdout}\n${stderr}`
            resolve({ reason: whyNot(error, output), output, absent: systemCode(error) === 'ENOENT' })
          }
        },
      )
    })
  }
}

const cancelled: Answer = { reason: `${toolName} is not waited for any more.`, output: '', final: true }

const notFound = `There is no NVIDIA driver here (${toolName} was not found), so the memory, power and clocks of graphics processors are not measured.`

function whyNot(error: Error, output: string): string {
  if (systemCode(error) === 'ENOENT') return notFound
  const said = complaint(output)
  if (said !== undefined) return `${toolName} says: ${said}${remedyFor(said)}`
  return `${toolName} failed: ${firstLine(output) ?? error.message}`
}

/** What to do about a complaint, where it does not say so itself, as a further sentence. */
function remedyFor(said: string): string {
  return /version mismatch/i.test(said)
    ? '. The driver was updated while the old one is still loaded: restart the machine.'
    : ''
}

function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '')
}
