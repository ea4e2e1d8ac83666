import type { Environment } from '../contract/environment.ts'
import type { ProviderStatus } from '../contract/provider-status.ts'
import { formatBytes } from '../contract/quantity.ts'
import { builtInRuntime, type Runtime } from '../contract/runtime.ts'
import type { InstallableRuntime } from '../contract/runtime-offers.ts'
import { wrap, type Terminal } from './terminal.ts'

type Looks = Pick<Terminal, 'style' | 'width'>

/** Names longer than this have a line of their own. */
const widestName = 20

/** What `runtime list` tells. */
export interface RuntimeList {
  runtimes: Runtime[]
  /** Those with names of their own that are not installed; besides these, any `onnxruntime@VERSION`. */
  installable: InstallableRuntime[]
}

/** The runtimes of an environment; of one that knows of none, what it says of the built-in one. */
export function runtimesOf({ runtimes, runtime, providers }: Environment): Runtime[] {
  if (runtimes !== undefined) return runtimes
  const { onnxruntime } = runtime
  return [
    { name: builtInRuntime, folder: '', onnxruntime, libraryFolders: [], providerLibraries: [], providers },
  ]
}

/** What is installed and what it can do here, and what can be installed. */
export function runtimeListText({ runtimes, installable }: RuntimeList, looks: Looks): string {
  const { style } = looks
  const column =
    4 + Math.min(widestName, Math.max(...[...runtimes, anyVersion].map(({ name }) => name.length)))
  const first = installable.find(({ refused }) => refused === undefined)?.name ?? 'onnxruntime@VERSION'
  return [
    style('bold', 'Installed'),
    ...runtimes.map((runtime) => entry(runtime.name, runtimeLines(runtime, looks), column, looks)),
    '',
    style('bold', 'Can be installed'),
    ...[...installable.filter(({ refused }) => refused === undefined), anyVersion].map(({ name, about }) =>
      entry(name, [about], column, looks),
    ),
    ...installable
      .filter(({ refused }) => refused !== undefined)
      .map(({ name, refused = '' }) => entry(name, [style('dim', refused)], column, looks)),
    '',
    `Install one: batchscope runtime install ${first}`,
  ].join('\n')
}

const anyVersion = {
  name: 'onnxruntime@VERSION',
  about: 'any version of ONNX Runtime, as onnxruntime@1.30.0',
}

function entry(name: string, lines: readonly string[], column: number, { width }: Looks): string {
  const blank = ' '.repeat(column)
  const text = lines.map((line) => blank + wrap(line, width - column).replaceAll('\n', `\n${blank}`))
  const label = `  ${name}`
  return label.length + 2 > column
    ? [label, ...text].join('\n')
    : label.padEnd(column) + text.join('\n').slice(column)
}

function runtimeLines(runtime: Runtime, { style }: Looks): string[] {
  const size = runtime.bytes === undefined ? '' : `, ${formatBytes(runtime.bytes)}`
  const usable = usableNames(runtime)
  return [
    `ONNX Runtime ${runtime.onnxruntime}${size}`,
    usable.length === 0 ? style('red', 'nothing is usable here') : `usable here: ${usable.join(', ')}`,
    ...unusableLines(runtime),
  ]
}

const usableNames = ({ providers }: Runtime) =>
  providers.filter(({ usable }) => usable).map(({ name }) => name)

/** What stands in the way of the providers that a runtime brings libraries for, or of all of it. */
function unusableLines(runtime: Runtime): string[] {
  const brought = new Set<string>(runtime.providerLibraries.map(({ provider }) => provider))
  if (usableNames(runtime).length === 0) brought.add('cpu')
  return runtime.providers
    .filter((provider): provider is Extract<ProviderStatus, { usable: false }> => !provider.usable)
    .filter(({ name }) => brought.has(name))
    .map(({ name, reason, hint }) => `${name} is not: ${[reason, hint ?? ''].join(' ').trim()}`)
}

/** What a runtime that was just installed can do, and what to type next. */
export function installedText(runtime: Runtime, wasThere: boolean, { width }: Looks): string {
  const { name, onnxruntime, bytes, folder } = runtime
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`
  const usable = usableNames(runtime)
  const blocked = unusableLines(runtime)
  return [
    wrap(`${name} is installed${wasThere ? ' already' : ''}: ONNX Runtime ${onnxruntime}${size}.`, width),
    // A path is copied: it stays in one piece.
    folder,
    wrap(`Usable here: ${usable.join(', ') || 'nothing'}.`, width),
    ...blocked.map((line) => wrap(line, width)),
    '',
    `Next: ${nextCommand(runtime)}`,
  ].join('\n')
}

function nextCommand(runtime: Runtime): string {
  const { name, providerLibraries } = runtime
  const usable = usableNames(runtime)
  const brought = providerLibraries.map(({ provider }) => provider)
  const accelerator = brought.find((provider) => usable.includes(provider))
  if (accelerator !== undefined) return `batchscope run MODEL.onnx --ep ${accelerator} --runtime ${name}`
  if (brought.length > 0 || usable.length === 0) return 'batchscope doctor'
  return `batchscope run MODEL.onnx --runtime ${builtInRuntime},${name}`
}
