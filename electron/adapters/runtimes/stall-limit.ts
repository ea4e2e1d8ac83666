/**
 * Does work that is given up with a rejection when it has not called `heard` for `stallMs`, or when `outer` is aborted;
 * the work has to heed its signal.
 */
export async function withStallLimit<T>(
  stallMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const giveUp = () => own.abort(new Error(`nothing was heard for ${stallMs / 1000} s`))
  let timer = setTimeout(giveUp, stallMs)
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(giveUp, stallMs)
  }
  try {
    return await work(AbortSignal.any([own.signal, outer]), heard)
  } catch (error) {
    outer.throwIfAborted()
    // What the work threw only says that it was ended.
    own.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
