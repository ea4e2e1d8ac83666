/** How much of a host's standard error is kept, in bytes. */
const keptBytes = 8192

/** The last 8 KiB of a stream, for telling why a process ended. */
export class StandardErrorTail {
  #chunks: Buffer[] = []
  #bytes = 0

  append(chunk: Buffer | string): void {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    this.#chunks.push(buffer)
    this.#bytes += buffer.length
    for (;;) {
      const first = this.#chunks[0]
      if (first === undefined || this.#bytes - first.length < keptBytes) return
      this.#chunks.shift()
      this.#bytes -= first.length
    }
  }

  /** What was kept; starts at a whole line where the beginning was cut off. */
  text(): string {
    const all = Buffer.concat(this.#chunks)
    if (all.length <= keptBytes) return all.toString('utf8')
    const kept = all.subarray(all.length - keptBytes).toString('utf8')
    const lineEnd = kept.indexOf('\n')
    return lineEnd === -1 || lineEnd === kept.length - 1 ? kept : kept.slice(lineEnd + 1)
  }
}
