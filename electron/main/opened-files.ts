import { extname, resolve } from 'node:path'

const extensions = new Set(['.onnx', '.batchscope'])

/** Files that a command line asks to open, as absolute paths. Options and the program itself are passed over. */
export function filesToOpen(args: readonly string[], workingFolder: string): string[] {
  return args
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && extensions.has(extname(argument).toLowerCase()))
    .map((argument) => resolve(workingFolder, argument))
}
