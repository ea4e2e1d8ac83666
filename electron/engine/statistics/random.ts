/** A seeded stream of random numbers. The same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1), in steps of 2^-32. */
  next(): number
  /** Uniform integer in [0, below); 0 when `below` is under 1 or not a number. */
  integer(below: number): number
  /** A shuffled copy: sorted by a random key each. */
  shuffle<T>(items: readonly T[]): T[]
}

/**
 * A stream from any number as seed. Generator: sfc32 (Chris Doty-Humphrey, PractRand), its state filled by splitmix32
 * so that neighbouring seeds give unrelated streams.
 */
export function createRandom(seed: number): Random {
  const fill = splitmix32(hashText(String(seed)))
  let a = fill()
  let b = fill()
  let c = fill()
  let counter = 1

  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  // sfc32 asks for a few rounds before the state is well mixed.
  for (let round = 0; round < 12; round++) next()

  const integer = (below: number): number => (below >= 1 ? Math.floor(next() * Math.floor(below)) : 0)
  return {
    next,
    integer,
    shuffle: (items) =>
      items
        .map((item) => ({ item, key: next() }))
        .sort((one, other) => one.key - other.key)
        .map(({ item }) => item),
  }
}

/** A seed for one named part of an experiment, so that a part's stream does not depend on what else is drawn. */
export function deriveSeed(seed: number, name: string): number {
  return hashText(`${seed}/${name}`)
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** splitmix32: the finaliser of MurmurHash3 over a Weyl sequence. Gives signed 32-bit integers. */
function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x85ebca6b)
    mixed ^= mixed >>> 13
    mixed = Math.imul(mixed, 0xc2b2ae35)
    return mixed ^ (mixed >>> 16)
  }
}
