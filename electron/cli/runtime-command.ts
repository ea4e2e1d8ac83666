import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'

/** Lists the runtimes that are installed, and those that can be. */
export async function listRuntimes(
  _options: { json?: boolean },
  _context: CommandContext,
): Promise<ExitCode> {
  return exitCodes.done
}

/** Installs a runtime, with progress; an interrupt cancels it. */
export async function installRuntime(
  name: string,
  _options: { quiet?: boolean },
  { session }: CommandContext,
): Promise<ExitCode> {
  await session.commands.installRuntime({ name })
  return exitCodes.done
}

/** Removes an installed runtime. */
export async function removeRuntime(name: string, { session }: CommandContext): Promise<ExitCode> {
  await session.commands.removeRuntime({ name })
  return exitCodes.done
}
