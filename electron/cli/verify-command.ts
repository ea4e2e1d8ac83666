import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'

export interface VerifyOptions {
  out: string
  ep: string
  device?: string
  python?: string
  timeBudget: string
  json?: boolean
}

/** Proves on this machine's GPU what the documentation claims, and writes a report. */
export async function verifyCommand(_options: VerifyOptions, _context: CommandContext): Promise<ExitCode> {
  return exitCodes.done
}
