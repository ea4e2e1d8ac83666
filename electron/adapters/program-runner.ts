import { spawn, type ChildProcess } from 'node:child_process'
import type { ProgramEnd, ProgramRunner } from '../engine/ports.ts'
import { systemCode } from './file-failure.ts'
import { StandardErrorTail } from './standard-error-tail.ts'

/** A program that writes more than this is ended, in characters. */
const mostOutput = 4 * 2 ** 20

/** What does not end when it is asked to is killed this much later, in ms. */
const killAfterMs = 2000

/** Runs programs with the environment of this process, in a process group of their own: what they start ends with them. */
export const programRunner: ProgramRunner = {
  run(program, args, { timeoutMs, signal }) {
    return new Promise<ProgramEnd>((resolve) => {
      let output = ''
      const error = new StandardErrorTail()
      let endedFor: 'time' | 'signal' | 'output' | undefined
      let force: NodeJS.Timeout | undefined
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        detached: process.platform !== 'win32',
      })
      const end = (reason: 'time' | 'signal' | 'output') => {
        if (endedFor !== undefined) return
        endedFor = reason
        signalGroup(child, 'SIGTERM')
        force = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs)
      }
      const limit = setTimeout(() => end('time'), Math.max(0, timeoutMs))
      const onAbort = () => end('signal')
      signal?.addEventListener('abort', onAbort, { once: true })
      if (signal?.aborted === true) onAbort()
      const done = (result: ProgramEnd) => {
        clearTimeout(limit)
        clearTimeout(force)
        signal?.removeEventListener('abort', onAbort)
        resolve(result)
      }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (output.length + text.length > mostOutput) end('output')
        else output += text
      })
      child.stderr.on('data', (chunk: Buffer) => error.append(chunk))
      child.once('error', (failure) => done({ started: false, reason: whyNot(program, failure) }))
      child.once('close', (code) =>
        done({
          ...{ started: true, code, standardOutput: output, standardError: error.text() },
          ...(endedFor !== undefined && { endedFor }),
        }),
      )
    })
  },
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child
  if (pid === undefined) return
  try {
    // A negative id names the whole group.
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}

function whyNot(program: string, error: Error): string {
  switch (systemCode(error)) {
    case 'ENOENT':
      return `There is no program ${program} here.`
    case 'EACCES':
      return `${program} is not a program that may be run.`
    default:
      return `${program} could not be started: ${error.message}`
  }
}
