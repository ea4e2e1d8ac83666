#!/usr/bin/env node
import { CommanderError } from 'commander'
import { findInstallation } from '../adapters/installation.ts'
import { failureLine, toFailure } from '../contract/failure.ts'
import { exitCodeOfFailure, exitCodes, type ExitCode } from './exit-code.ts'
import { listenForInterrupt } from './interrupt.ts'
import { createProgram, type CommandRunner } from './program.ts'
import { openSession } from './session.ts'
import { processTerminal } from './terminal.ts'

const terminal = processTerminal()
let exitCode: ExitCode = exitCodes.done

const interrupt = listenForInterrupt(() => process.exit(exitCodes.interrupted))
const runner: CommandRunner = {
  async withEngine(command) {
    const session = openSession()
    try {
      exitCode = await command({ session, terminal, interrupted: interrupt.signal })
    } finally {
      await session.close()
    }
  },
  async alone(command) {
    exitCode = await command({ terminal, interrupted: interrupt.signal })
  },
}

/** One line a problem, and the stack for those who debug Batchscope itself. */
function complain(error: unknown): ExitCode {
  const failure = toFailure(error)
  for (const line of failureLine(failure).split('\n')) terminal.note(`batchscope: ${line}`)
  if (process.env['BATCHSCOPE_DEBUG'] === '1')
    terminal.note(String(error instanceof Error ? error.stack : error))
  return exitCodeOfFailure(failure)
}

try {
  const { version } = findInstallation(import.meta.url)
  await createProgram(version, runner).parseAsync(process.argv)
} catch (error) {
  // Commander has already said what is wrong; its code for help and version is 0.
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.badInput
  else exitCode = complain(error)
}
interrupt.release()
await terminal.flushed()
process.exit(exitCode)
