import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { modelText } from './model-text.ts'

/** Tells what a model is, without running it. */
export async function inspectCommand(
  model: string,
  options: { json?: boolean },
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const description = await session.commands.openModel({ path: session.files.resolve(model) })
  terminal.print(
    options.json === true ? JSON.stringify(description, null, 2) : modelText(description, terminal),
  )
  return exitCodes.done
}
