import { derivationKinds, derivationTitles, type DerivationKind } from '../contract/derivation.ts'
import { badInput } from '../contract/failure.ts'
import type { ModelDescription } from '../contract/model.ts'
import { formatBytes } from '../contract/quantity.ts'
import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { wrap, type Terminal } from './terminal.ts'

export interface ConvertOptions {
  to: string
  out: string
  batchAxis?: string[]
  json?: boolean
}

const doing: Record<DerivationKind, string> = {
  dynamic: 'Setting the batch free in a copy, and proving it',
  fp16: 'Converting a copy to half precision, and comparing it',
  int8: 'Quantising a copy, and comparing it',
  'int8-weights': 'Quantising the weights of a copy, and comparing it',
}

/** Makes a model from another, writes it to a file, and tells what was changed and what was shown about it. */
export async function convertCommand(
  model: string,
  { to, out, batchAxis = [], json }: ConvertOptions,
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const { commands, files } = session
  const kind = derivationKinds.find((each) => each === to)
  if (kind === undefined) {
    throw badInput(`A model cannot be converted to "${to}".`, `Use --to ${derivationKinds.join(', ')}.`)
  }
  const path = files.resolve(model)
  const target = files.resolve(out)
  if ((await files.stat(target))?.kind === 'folder') {
    throw badInput(`"${out}" is a folder.`, 'Name the file to write: --out FILE.onnx.')
  }
  terminal.note(`${doing[kind]} ...`)
  const made = await commands.makeModel({
    path,
    kind,
    ...(batchAxis.length === 0 ? {} : { batchAxes: batchAxis }),
  })
  await commands.saveModelAs({ sourcePath: made.path, path: target })
  // Read anew: its weights lie beside it now.
  const saved = { ...(await commands.openModel({ path: target })), derivation: made.derivation }
  terminal.print(json === true ? JSON.stringify(saved, null, 2) : convertedText(saved, terminal))
  return exitCodes.done
}

function convertedText(model: ModelDescription, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const { derivation } = model
  if (derivation === undefined) return model.path
  const head = `${model.path}: ${derivation.from.name} as ${derivationTitles[derivation.kind]}, ${formatBytes(model.bytes)}.`
  return [
    wrap(head, terminal.width),
    list('What was changed', derivation.changes, terminal),
    list('What was shown', derivation.checks, terminal),
  ].join('\n\n')
}

function list(
  title: string,
  sentences: readonly string[],
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): string {
  return [style('bold', title), ...sentences.map((sentence) => wrap(`- ${sentence}`, width, 2))].join('\n')
}
