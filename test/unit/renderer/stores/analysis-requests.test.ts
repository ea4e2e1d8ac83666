import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { oneAtATime } from '../../../../renderer/stores/analysis-requests.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('oneAtATime', () => {
  it('answers many asks within a pause with one request', async () => {
    let requests = 0
    const { ask } = oneAtATime(async () => void (requests += 1))
    for (let count = 0; count < 10; count += 1) ask(50)
    await vi.advanceTimersByTimeAsync(60)
    expect(requests).toBe(1)
  })

  it('goes on answering while asks never stop', async () => {
    let requests = 0
    const { ask } = oneAtATime(async () => void (requests += 1))
    for (let elapsed = 0; elapsed < 500; elapsed += 10) {
      ask(50)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(requests).toBeGreaterThanOrEqual(8)
    expect(requests).toBeLessThanOrEqual(11)
  })

  it('never has two requests at once, and asks again for what came meanwhile', async () => {
    let running = 0
    let most = 0
    let requests = 0
    const { ask } = oneAtATime(async () => {
      requests += 1
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 300))
      running -= 1
    })
    ask(0)
    await vi.advanceTimersByTimeAsync(50)
    ask(0)
    ask(0)
    await vi.advanceTimersByTimeAsync(1000)
    expect({ most, requests }).toEqual({ most: 1, requests: 2 })
  })

  it('lets a hurried ask overtake a patient one', async () => {
    let requests = 0
    const { ask } = oneAtATime(async () => void (requests += 1))
    ask(500)
    ask(50)
    await vi.advanceTimersByTimeAsync(60)
    expect(requests).toBe(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(requests).toBe(1)
  })

  it('asks again after a request that failed', async () => {
    let requests = 0
    const { ask } = oneAtATime(async () => {
      requests += 1
      if (requests === 1) throw new Error('lost')
    })
    ask(0)
    await vi.advanceTimersByTimeAsync(10)
    ask(0)
    await vi.advanceTimersByTimeAsync(10)
    expect(requests).toBe(2)
  })
})
