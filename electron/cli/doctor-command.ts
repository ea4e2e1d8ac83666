import type { CommandContext } from './command-context.ts'
import { environmentText } from './environment-text.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'

/** Tells what this machine offers and what is missing. */
export async function doctorCommand(
  options: { json?: boolean },
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const environment = await session.commands.environment({})
  terminal.print(
    options.json === true ? JSON.stringify(environment, null, 2) : environmentText(environment, terminal),
  )
  return exitCodes.done
}
