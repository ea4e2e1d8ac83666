/** Where frames come from: the browser, or a test's hand. */
export interface FrameSource {
  /** Calls back before the next repaint. */
  request(callback: () => void): number
  cancel(request: number): void
  /** Monotonic, in ms. */
  now(): number
  isHidden(): boolean
  /** Calls back when the page is hidden or shown. */
  onVisibilityChange(listener: () => void): () => void
}

/** Something that is drawn by the scheduler, and only when it said that it changed. */
export interface Drawable {
  /** Asks for one draw in a coming frame; asking again before that changes nothing. */
  markDirty(): void
  /** Draws no more. */
  release(): void
}

export interface FrameScheduler {
  register(draw: () => void): Drawable
  /** Drawables that wait for a frame. */
  readonly waiting: number
  dispose(): void
}

/**
 * The one owner of animation frames: charts say that they changed, and one callback a frame draws them. When drawing
 * everything would take longer than `budgetMs`, the rest waits for the next frame, so that a burst of changes costs
 * frames of delay and not one long frame. The budget is small because the canvas is rasterised after the script: one
 * chart of thousands of points a frame is what 60 frames a second leave room for without a GPU. While the page is hidden nothing is drawn; what changed is drawn on return.
 */
export function createFrameScheduler(source: FrameSource, budgetMs = 1): FrameScheduler {
  // A Set keeps the order of insertion: whoever waited longest is drawn first.
  const dirty = new Set<() => void>()
  let request: number | undefined

  function drawFrame(): void {
    request = undefined
    const start = source.now()
    for (const draw of [...dirty]) {
      if (!dirty.delete(draw)) continue
      draw()
      if (source.now() - start >= budgetMs) break
    }
    ask()
  }

  function ask(): void {
    if (request !== undefined || dirty.size === 0 || source.isHidden()) return
    request = source.request(drawFrame)
  }

  const stopWatching = source.onVisibilityChange(() => {
    if (source.isHidden() && request !== undefined) {
      source.cancel(request)
      request = undefined
    }
    ask()
  })

  return {
    register(draw) {
      // One identity per registration, even when two register the same function.
      const own = () => draw()
      return {
        markDirty() {
          dirty.add(own)
          ask()
        },
        release() {
          dirty.delete(own)
        },
      }
    },
    get waiting() {
      return dirty.size
    },
    dispose() {
      stopWatching()
      dirty.clear()
      if (request !== undefined) source.cancel(request)
      request = undefined
    },
  }
}
