import type { EnvironmentDifference } from '../../contract/comparison.ts'
import type { ExecutionProvider } from '../../contract/experiment.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import { runtimeVersion } from '../runtimes/runtime-version.ts'
import type { ComparedSide } from './side.ts'

/** Two runtimes that are compared with each other, by their names. */
type Pair = readonly [before: string, after: string]

/**
 * Where the runtimes that are compared with each other differ: the version of ONNX Runtime, and the name. One line for
 * all execution providers where it says the same of each.
 */
export function runtimeDifferences(before: ComparedSide, after: ComparedSide): EnvironmentDifference[] {
  const pairs = pairsOf(before, after)
  const versions = ([was, is]: Pair): Pair => [
    runtimeVersion(before.environment, was),
    runtimeVersion(after.environment, is),
  ]
  return [...linesOf('ONNX Runtime', pairs, versions), ...linesOf('runtime', pairs, (names) => names)]
}

/** By provider; where the runs have none in common, the runtimes that they used at all. */
function pairsOf(before: ComparedSide, after: ComparedSide): Map<ExecutionProvider | undefined, Pair[]> {
  const [own, other] = [runtimesOf(before), runtimesOf(after)]
  const common = [...own].filter(([provider]) => other.has(provider))
  if (common.length === 0) {
    const first = (used: typeof own) => [...used.values()][0]?.[0] ?? builtInRuntime
    return new Map([[undefined, [[first(own), first(other)]]]])
  }
  return new Map(
    common.map(([provider, names]) => [provider, paired(names, other.get(provider) ?? [])] as const),
  )
}

/** One on each side are compared whatever they are called; of several, those that both sides have. */
function paired(own: readonly string[], other: readonly string[]): Pair[] {
  const [was, is] = [own[0], other[0]]
  if (own.length === 1 && other.length === 1 && was !== undefined && is !== undefined) return [[was, is]]
  return own.filter((name) => other.includes(name)).map((name) => [name, name])
}

function linesOf(
  what: string,
  pairs: ReadonlyMap<ExecutionProvider | undefined, readonly Pair[]>,
  wordsOf: (pair: Pair) => Pair,
): EnvironmentDifference[] {
  const lines = [...pairs].map(([provider, all]) => {
    const words = all.map(wordsOf)
    const side = (at: 0 | 1) => [...new Set(words.map((pair) => pair[at]))].join(', ')
    return { what: provider === undefined ? what : `${what} of ${provider}`, before: side(0), after: side(1) }
  })
  const [first] = lines
  const isSame =
    first !== undefined && lines.every((line) => line.before === first.before && line.after === first.after)
  return (isSame ? [{ ...first, what }] : lines).filter((line) => line.before !== line.after)
}

/** The runtimes that were used, by execution provider. */
function runtimesOf({ trials }: ComparedSide): Map<ExecutionProvider, string[]> {
  const used = new Map<ExecutionProvider, string[]>()
  for (const { config } of trials) {
    const names = used.get(config.executionProvider) ?? []
    const name = config.runtime ?? builtInRuntime
    if (!names.includes(name)) used.set(config.executionProvider, [...names, name])
  }
  return used
}
