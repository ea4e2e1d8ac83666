import { traceGraph, type TracedModel } from '../trace/trace-graph.ts'

/** Open dimensions that are tried together. */
export type Kind = 'side' | 'steps' | 'audio'

/** What else to try, most usual first: sides of pictures, lengths of sequences, samples of sound at 16 kHz. */
const otherSizes: Record<Kind, readonly number[]> = {
  side: [
    28, 32, 64, 96, 112, 128, 160, 192, 227, 256, 288, 299, 300, 320, 336, 384, 416, 448, 512, 640, 48, 16, 8,
    1024,
  ],
  steps: [
    64, 32, 16, 10, 20, 24, 48, 50, 60, 76, 77, 96, 100, 101, 200, 256, 300, 512, 1000, 1024, 3000, 8, 4, 2,
    1,
  ],
  audio: [512, 1024, 1280, 1536, 1600, 8000, 24_000, 32_000, 48_000, 64_000, 80_000, 160_000, 480_000],
}

/** Nodes that may be gone through in all: a large graph is tried with fewer sizes. */
const mostWork = 60_000

/** An open dimension and the size that it would have; without a kind, that is not to be exchanged. */
interface Tried {
  size: number
  kind?: Kind
}

/**
 * Sizes by place with which the graph's shapes fit each other, where the usual ones do not: a network that ends in
 * weights for pictures of 28 x 28 cannot be fed 224 x 224. `values` are those that settings are fed, by input;
 * `sizesWith` gives all sizes by place for a choice. Undefined where the usual sizes fit, or no others do.
 */
export function fittingSizes<T extends Tried>(
  model: TracedModel,
  values: ReadonlyMap<string, number>,
  open: readonly T[],
  sizesWith: (chosen: (dimension: Tried) => number) => ReadonlyMap<string, number>,
): { sizes: ReadonlyMap<string, number>; instead: number; by: string } | undefined {
  const kinds = (['side', 'steps', 'audio'] as const).filter((kind) =>
    open.some((each) => each.kind === kind),
  )
  if (kinds.length === 0) return undefined
  const tryWith = (sizes: ReadonlyMap<string, number>) => traceGraph(model, { sizes, values })
  const usual = tryWith(sizesWith(({ size }) => size))
  const [by] = usual.extents.contradictions
  if (by === undefined) return undefined
  let left = Math.floor(mostWork / Math.max(1, usual.nodes))
  for (const kind of kinds) {
    const instead = open.find((dimension) => dimension.kind === kind)?.size ?? 0
    for (const other of otherSizes[kind]) {
      left -= 1
      if (left < 0) return undefined
      const sizes = sizesWith((dimension) => (dimension.kind === kind ? other : dimension.size))
      if (tryWith(sizes).extents.contradictions.length === 0) return { sizes, instead, by }
    }
  }
  return undefined
}
