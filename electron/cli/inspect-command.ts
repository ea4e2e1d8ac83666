import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { modelText } from './model-text.ts'

/** Tells what a model is; runs it at two batch sizes to see whether its outputs follow, unless `probe` is false. */
export async function inspectCommand(
  model: string,
  options: { json?: boolean; probe?: boolean },
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const path = session.files.resolve(model)
  const description = await session.commands.openModel({ path })
  const probe = options.probe === false ? undefined : await session.commands.probeBatchAxes({ path })
  terminal.print(
    options.json === true
      ? JSON.stringify({ ...description, ...(probe === undefined ? {} : { probe }) }, null, 2)
      : modelText(description, terminal, probe),
  )
  return exitCodes.done
}
