import { createFrameScheduler, type FrameScheduler } from './frame-scheduler.ts'

let scheduler: FrameScheduler | undefined

/** The page's frame scheduler; every animation frame of the workbench is asked for here. */
export function pageFrames(): FrameScheduler {
  scheduler ??= createFrameScheduler({
    request: (callback) => requestAnimationFrame(callback),
    cancel: (request) => cancelAnimationFrame(request),
    now: () => performance.now(),
    isHidden: () => document.hidden,
    onVisibilityChange(listener) {
      document.addEventListener('visibilitychange', listener)
      return () => document.removeEventListener('visibilitychange', listener)
    },
  })
  return scheduler
}
