import { derivationTitles, variantKinds, type VariantKind } from '../../electron/contract/derivation.ts'
import { longestVariantName, referenceName } from '../../electron/contract/variant-words.ts'

/** The user's own values for an input. */
export interface OwnValues {
  /** Name of the input; null for a file whose arrays are named after the inputs. */
  input: string | null
  /** The `.npy` or `.npz` file, as the engine's machine sees it. */
  path: string
  /** Name of the array in an `.npz`, as typed; empty takes the only one, or the one named after the input. */
  entry: string
}

/** A model to measure beside the one that is open: a file, or one that is made from it here. */
export type VariantChoice = { name: string; path: string } | { kind: VariantKind }

export const isArrayFile = (name: string): boolean => /\.np[yz]$/i.test(name)
export const isArchive = (name: string): boolean => /\.npz$/i.test(name)
export const isModelFile = (name: string): boolean => /\.onnx$/i.test(name)

/** The last part of a path of either system. */
export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** A file name as the name of a variant: without its extension, and without the sign that ends a name in a draft. */
export const variantName = (file: string): string =>
  file
    .replace(/\.onnx$/i, '')
    .replaceAll('=', '-')
    .slice(0, longestVariantName)

/** What a variant is called in a list. */
export const titleOf = (choice: VariantChoice): string =>
  'kind' in choice ? derivationTitles[choice.kind] : choice.name

/** Names that an experiment has of its own: of the model itself, and of the variants that are made here. */
const ownNames: readonly string[] = [referenceName, ...variantKinds]

/** A name that neither the experiment nor one of the others has: `net`, `net 2`, `net 3` ... */
export function freeName(wanted: string, others: readonly string[]): string {
  const isTaken = (name: string) => others.includes(name) || ownNames.includes(name.toLowerCase())
  if (!isTaken(wanted)) return wanted
  for (let number = 2; ; number += 1) {
    const end = ` ${number}`
    const name = `${wanted.slice(0, longestVariantName - end.length)}${end}`
    if (!isTaken(name)) return name
  }
}

/** As a draft writes it: `INPUT=FILE`, `INPUT=FILE.npz:ENTRY`, or the file alone. */
export function ownValuesText({ input, path, entry }: OwnValues): string {
  if (input === null) return path
  const array = entry.trim()
  return `${input}=${path}${array === '' ? '' : `:${array}`}`
}

/** As a draft writes it: `NAME=FILE`, or a kind. */
export const variantText = (choice: VariantChoice): string =>
  'kind' in choice ? choice.kind : `${choice.name}=${choice.path}`
