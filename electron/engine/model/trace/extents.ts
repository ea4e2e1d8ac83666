/**
 * The size of one dimension as the trace knows it: `scale` times the product of variables. A dimension of an input is a
 * variable, also where its size is fixed, so that it can be followed through the graph.
 */
export interface Extent {
  readonly scale: number
  /** Identities of variables; one that counts twice stands twice. */
  readonly variables: readonly number[]
}

/** What operators say that a dimension counts. */
export type Counts = 'samples' | 'channels' | 'space' | 'signal' | 'steps' | 'features' | 'items'

const alongSame: ReadonlySet<Counts> = new Set(['space', 'signal', 'steps'])

/** Something that an operator demands of a dimension, as a clause: `Conv "c1" ...`. */
export interface Demand<T> {
  readonly value: T
  readonly by: string
}

interface Facts {
  size?: number
  /** Variables that it was computed from in a way that is not followed. */
  from: readonly number[]
  /** How large it is depends on the values that are fed, or is not known. */
  uncertain?: 'values' | 'unknown'
  samples?: string
  /** The operator takes it, times others, for samples. */
  partOfSamples?: string
  other?: Demand<Counts>
  pinned?: Demand<number>
  most?: Demand<number>
}

/** As far as it is looked back what a size was computed from. */
const mostSources = 256

/** A dimension is never the product of more variables than this. */
const mostFactors = 16

/** The variables of one trace: which of them are the same, and what operators demand of them. */
export class Extents {
  readonly #parents: number[] = []
  readonly #facts: Facts[] = []
  readonly #derived = new Map<string, Extent>()
  readonly #contradictions: string[] = []
  #suppositions = 0

  /** The nodes where sizes do not fit each other. */
  get contradictions(): readonly string[] {
    return this.#contradictions
  }

  constant(size: number): Extent {
    return { scale: size, variables: [] }
  }

  variable({ size, from = [], uncertain }: Pick<Partial<Facts>, 'size' | 'from' | 'uncertain'> = {}): Extent {
    const id = this.#parents.push(this.#parents.length) - 1
    this.#facts.push({ from, ...(uncertain && { uncertain }), ...(size === undefined ? {} : { size }) })
    return { scale: 1, variables: [id] }
  }

  /** A size that `work` makes of others in a way that is not followed; the same work on the same sizes gives the same. */
  derived(work: string, of: readonly Extent[], size?: number): Extent {
    if (of.every(({ variables }) => variables.length === 0) && size !== undefined) return this.constant(size)
    const key = `${work} ${of.map((extent) => this.#key(extent)).join(' ')}`
    const known = this.#derived.get(key)
    if (known !== undefined) return known
    const from = [...new Set(of.flatMap(({ variables }) => variables.map((id) => this.root(id))))]
    const made = this.variable({ from, ...(size === undefined ? {} : { size }) })
    this.#derived.set(key, made)
    return made
  }

  product(factors: readonly Extent[]): Extent {
    const scale = factors.reduce((result, factor) => result * factor.scale, 1)
    const variables = scale === 0 ? [] : factors.flatMap((factor) => factor.variables)
    if (variables.length > mostFactors) return this.derived('product', factors)
    return { scale, variables }
  }

  /** `dividend` / `divisor` where every factor of the divisor is one of the dividend. */
  quotient(dividend: Extent, divisor: Extent): Extent | undefined {
    if (divisor.scale === 0 || dividend.scale % divisor.scale !== 0) return undefined
    const left = dividend.variables.map((id) => this.root(id))
    for (const id of divisor.variables) {
      const at = left.indexOf(this.root(id))
      if (at < 0) return undefined
      left.splice(at, 1)
    }
    return { scale: dividend.scale / divisor.scale, variables: left }
  }

  /** In numbers, where all factors are known. */
  size({ scale, variables }: Extent): number | undefined {
    let size = scale
    for (const id of variables) {
      const { size: known, pinned } = this.#of(id)
      const factor = known ?? pinned?.value
      if (factor === undefined) return undefined
      size *= factor
    }
    return Number.isSafeInteger(size) ? size : undefined
  }

  same(a: Extent, b: Extent): boolean {
    return a === b || this.#key(a) === this.#key(b)
  }

  /** Operators take both for one: what is demanded of one holds for the other. */
  unify(a: Extent, b: Extent): void {
    const [one, other] = [this.variableOf(a), this.variableOf(b)]
    if (one === undefined || other === undefined || one === other) return
    const [kept, given] = one < other ? [one, other] : [other, one]
    const [into, from] = [this.#of(kept), this.#of(given)]
    this.#parents[given] = kept
    into.size ??= from.size
    into.samples ??= from.samples
    into.partOfSamples ??= from.partOfSamples
    into.other ??= from.other
    into.pinned ??= from.pinned
    if (from.most !== undefined) this.bound(a, from.most.value, from.most.by)
    if (from.uncertain === undefined) delete into.uncertain
    into.from = into.from.length === 0 || from.from.length === 0 ? [] : into.from
  }

  /** An operator counts samples along it. */
  demandSamples(extent: Extent, by: string): void {
    const only = this.variableOf(extent)
    if (only !== undefined) this.#of(only).samples ??= by
    else for (const id of extent.variables) this.#of(id).partOfSamples ??= by
  }

  /** An operator mixes what lies along it, so that it cannot count samples. */
  demandOther(extent: Extent, value: Counts, by: string): void {
    // Of several factors it cannot be told which one is mixed.
    const [id, ...others] = extent.variables
    if (id !== undefined && others.length === 0) {
      const facts = this.#of(id)
      facts.other ??= { value, by }
      const [source, ...more] = facts.from
      // What is left of a dimension after padding or a window runs along the same thing.
      if (alongSame.has(value) && source !== undefined && more.length === 0) {
        this.#of(source).other ??= { value, by }
      }
    }
  }

  /** It can have this size only. */
  pin(extent: Extent, size: number, by: string): void {
    if (this.#suppositions > 0) return
    const now = this.size(extent)
    if (now !== undefined) {
      if (now !== size) this.contradict(by)
      return
    }
    const open = extent.variables.filter((id) => this.size({ scale: 1, variables: [id] }) === undefined)
    const [id] = open
    if (id === undefined || open.some((other) => this.root(other) !== this.root(id))) return
    const others = { ...extent, variables: extent.variables.filter((each) => !open.includes(each)) }
    const value = (size / (this.size(others) ?? Number.NaN)) ** (1 / open.length)
    if (Number.isSafeInteger(value) && value > 0) this.#of(id).pinned ??= { value, by }
  }

  /** It can be no larger. */
  bound(extent: Extent, most: number, by: string): void {
    const only = this.variableOf(extent)
    if (only === undefined || most < 1 || this.#suppositions > 0) return
    const size = this.size(extent)
    if (size !== undefined && size > most) this.contradict(by)
    const facts = this.#of(only)
    if (facts.most === undefined || facts.most.value > most) facts.most = { value: most, by }
  }

  /** Sizes do not fit each other there. */
  contradict(by: string): void {
    if (this.#suppositions === 0) this.#contradictions.push(by)
  }

  /** Follows a branch of which it is not known whether it is taken: no size has to fit it. */
  suppose<T>(follow: () => T): T {
    this.#suppositions += 1
    try {
      return follow()
    } finally {
      this.#suppositions -= 1
    }
  }

  /** What is known of the one variable that this extent is. */
  facts(extent: Extent): Readonly<Facts> | undefined {
    const only = this.variableOf(extent)
    return only === undefined ? undefined : this.#of(only)
  }

  /** The variable that this extent is, and nothing else. */
  variableOf({ scale, variables: [first, ...more] }: Extent): number | undefined {
    return scale === 1 && first !== undefined && more.length === 0 ? this.root(first) : undefined
  }

  /**
   * How it hangs on the variables `roots`: is one of them, a multiple, computed from them, not at all; `values` where it
   * depends on the values that are fed, `unknown` where the trace lost it.
   */
  dependence(
    extent: Extent,
    roots: ReadonlySet<number>,
  ): 'is' | 'multiple' | 'computed' | 'none' | 'values' | 'unknown' {
    const only = this.variableOf(extent)
    if (only !== undefined && roots.has(only)) return 'is'
    if (extent.variables.some((id) => roots.has(this.root(id)))) return 'multiple'
    const seen = new Set<number>()
    const open = extent.variables.map((id) => this.root(id))
    const uncertainties = new Set<Facts['uncertain']>()
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue
      if (seen.size === mostSources) return 'unknown'
      seen.add(id)
      if (roots.has(id)) return 'computed'
      const { from, uncertain } = this.#of(id)
      uncertainties.add(uncertain)
      open.push(...from.map((source) => this.root(source)))
    }
    return uncertainties.has('unknown') ? 'unknown' : uncertainties.has('values') ? 'values' : 'none'
  }

  root(id: number): number {
    let root = id
    for (let parent = this.#parents[root] ?? root; parent !== root; parent = this.#parents[root] ?? root) {
      this.#parents[root] = this.#parents[parent] ?? parent
      root = parent
    }
    return root
  }

  #of(id: number): Facts {
    const facts = this.#facts[this.root(id)]
    if (facts === undefined) throw new RangeError(`There is no variable ${id}.`)
    return facts
  }

  #key({ scale, variables }: Extent): string {
    const roots = variables.map((id) => this.root(id)).sort((a, b) => a - b)
    return [scale, ...roots].join('*')
  }
}
