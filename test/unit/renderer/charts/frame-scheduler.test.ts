import { describe, expect, it } from 'vitest'
import { createFrameScheduler } from '../../../../renderer/charts/frame-scheduler.ts'

/** Frames that come when the test says so, on a clock that the draws move. */
function handFrames() {
  let pending: (() => void) | undefined
  let visibility: () => void = () => {}
  const source = {
    requests: 0,
    hidden: false,
    timeMs: 0,
    request(callback: () => void) {
      source.requests += 1
      pending = callback
      return source.requests
    },
    cancel() {
      pending = undefined
    },
    now: () => source.timeMs,
    isHidden: () => source.hidden,
    onVisibilityChange(listener: () => void) {
      visibility = listener
      return () => {}
    },
    get hasFrame() {
      return pending !== undefined
    },
    frame() {
      const callback = pending
      pending = undefined
      callback?.()
    },
    setHidden(hidden: boolean) {
      source.hidden = hidden
      visibility()
    },
  }
  return source
}

describe('createFrameScheduler', () => {
  it('draws what changed once, however often it said so', () => {
    const frames = handFrames()
    const scheduler = createFrameScheduler(frames)
    let draws = 0
    const chart = scheduler.register(() => (draws += 1))
    chart.markDirty()
    chart.markDirty()
    frames.frame()
    expect({ draws, requests: frames.requests, more: frames.hasFrame }).toEqual({
      draws: 1,
      requests: 1,
      more: false,
    })
  })

  it('asks for one frame for all charts', () => {
    const frames = handFrames()
    const scheduler = createFrameScheduler(frames)
    const drawn: string[] = []
    scheduler.register(() => drawn.push('a')).markDirty()
    scheduler.register(() => drawn.push('b')).markDirty()
    frames.frame()
    expect({ drawn, requests: frames.requests }).toEqual({ drawn: ['a', 'b'], requests: 1 })
  })

  it('leaves the rest to the next frame when the budget is spent, longest waiting first', () => {
    const frames = handFrames()
    const scheduler = createFrameScheduler(frames, 5)
    const drawn: string[] = []
    const slow = (name: string) => () => {
      drawn.push(name)
      frames.timeMs += 6
    }
    const a = scheduler.register(slow('a'))
    const b = scheduler.register(slow('b'))
    a.markDirty()
    b.markDirty()
    frames.frame()
    a.markDirty()
    frames.frame()
    frames.frame()
    expect(drawn).toEqual(['a', 'b', 'a'])
  })

  it('draws nothing while the page is hidden, and what changed on return', () => {
    const frames = handFrames()
    const scheduler = createFrameScheduler(frames)
    let draws = 0
    const chart = scheduler.register(() => (draws += 1))
    frames.setHidden(true)
    chart.markDirty()
    expect(frames.hasFrame).toBe(false)
    frames.setHidden(false)
    frames.frame()
    expect(draws).toBe(1)
  })

  it('takes back a frame that was asked for when the page is hidden', () => {
    const frames = handFrames()
    createFrameScheduler(frames)
      .register(() => {})
      .markDirty()
    frames.setHidden(true)
    expect(frames.hasFrame).toBe(false)
  })

  it('draws nothing that was released', () => {
    const frames = handFrames()
    const scheduler = createFrameScheduler(frames)
    let draws = 0
    const chart = scheduler.register(() => (draws += 1))
    chart.markDirty()
    chart.release()
    frames.frame()
    expect(draws).toBe(0)
  })
})
