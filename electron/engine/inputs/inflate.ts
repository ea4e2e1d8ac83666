import type { ReadableFile } from '../ports.ts'

/** Small pieces: each may grow a thousandfold before the limit is looked at. */
const pieceBytes = 32_768

/**
 * Inflates `compressedBytes` of a file from `offset` on (RFC 1951, as zip files have it) and gives what comes out in
 * pieces, no more than `mostBytes` of it. Reading ends there. Rejects with what the inflater says of damaged data.
 */
export async function inflatePiece(
  file: ReadableFile,
  { dataOffset, compressedBytes }: { dataOffset: number; compressedBytes: number },
  mostBytes: number,
): Promise<Uint8Array> {
  let at = dataOffset
  const end = dataOffset + compressedBytes
  const compressed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const piece = await file.read(at, Math.min(pieceBytes, end - at))
      at += piece.length
      if (piece.length === 0) controller.close()
      else controller.enqueue(piece as Uint8Array<ArrayBuffer>)
    },
  })
  const reader = compressed.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const pieces: Uint8Array[] = []
  let bytes = 0
  while (bytes < mostBytes) {
    const { done, value } = await reader.read()
    if (done) break
    const kept = value.subarray(0, mostBytes - bytes)
    pieces.push(kept)
    bytes += kept.length
  }
  await reader.cancel().catch(() => undefined)
  const whole = new Uint8Array(bytes)
  let filled = 0
  for (const piece of pieces) {
    whole.set(piece, filled)
    filled += piece.length
  }
  return whole
}
