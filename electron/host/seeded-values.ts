/**
 * A small, fast generator of 32-bit numbers (Chris Doty-Humphrey's sfc32), seeded from a number and a name, so that
 * every input has its own sequence, whatever the others are.
 */
export class SeededValues {
  #a: number
  #b: number
  #c = 0x9e3779b9
  #counter = 1
  #spare: number | undefined

  constructor(seed: number, name: string) {
    this.#a = seed | 0
    this.#b = nameHash(name)
    // The first numbers still show the seed.
    for (let i = 0; i < 15; i += 1) this.bits()
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return (this.bits() >>> 0) / 0x1_0000_0000
  }

  /** Standard normal (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return spare
    }
    for (;;) {
      const x = 2 * this.unit() - 1
      const y = 2 * this.unit() - 1
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = y * factor
      return x * factor
    }
  }
}

/** FNV-1a over UTF-16 units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}
