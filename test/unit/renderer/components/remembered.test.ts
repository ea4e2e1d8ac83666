import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isBoolean, isNumber, useRemembered } from '../../../../renderer/components/remembered.ts'

const stored = new Map<string, string>()

describe('settings that are remembered', () => {
  beforeEach(() => {
    stored.clear()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('keeps what was set, for the next launch', () => {
    useRemembered('kept', 240, isNumber).value = 300
    expect(stored.get('batchscope.kept')).toBe('300')
  })

  it('starts with what an earlier launch stored', () => {
    stored.set('batchscope.earlier', 'true')
    expect(useRemembered('earlier', false, isBoolean).value).toBe(true)
  })

  it('takes the default when something unusable is stored', () => {
    stored.set('batchscope.broken', '{"half')
    stored.set('batchscope.foreign', '"wide"')
    expect(useRemembered('broken', 240, isNumber).value).toBe(240)
    expect(useRemembered('foreign', 240, isNumber).value).toBe(240)
  })

  it('gives everybody who asks for a key the same setting', () => {
    const first = useRemembered('shared', false, isBoolean)
    const second = useRemembered('shared', false, isBoolean)
    first.value = true
    expect(second.value).toBe(true)
  })

  it('works for as long as the window lasts where nothing may be stored', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('denied')
      },
      setItem: () => {
        throw new Error('denied')
      },
    })
    const setting = useRemembered('forbidden', 1, isNumber)
    setting.value = 2
    expect(setting.value).toBe(2)
  })
})
