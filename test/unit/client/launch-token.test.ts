import { describe, expect, it } from 'vitest'
import { takeLaunchToken } from '../../../renderer/client/launch-token.ts'

function tab(href: string, stored: Record<string, string> = {}) {
  const location = { href }
  return {
    location,
    stored,
    history: {
      state: null,
      replaceState: (_data: unknown, _unused: string, url?: string | URL | null) => {
        location.href = String(url)
      },
    },
    sessionStorage: {
      getItem: (key: string) => stored[key] ?? null,
      setItem: (key: string, value: string) => {
        stored[key] = value
      },
    },
  }
}

describe('takeLaunchToken', () => {
  it.each(['http://127.0.0.1:8000/?token=abc', 'http://127.0.0.1:8000/#token=abc'])(
    'takes the token from %s and clears it from the address bar',
    (href) => {
      const places = tab(href)
      expect(takeLaunchToken(places)).toBe('abc')
      expect(places.location.href).toBe('http://127.0.0.1:8000/')
    },
  )

  it('remembers it for the next load of the tab', () => {
    const first = tab('http://127.0.0.1:8000/?token=abc')
    takeLaunchToken(first)
    expect(takeLaunchToken(tab('http://127.0.0.1:8000/', first.stored))).toBe('abc')
  })

  it('takes the token of a new launch over a remembered one', () => {
    const first = tab('http://127.0.0.1:8000/?token=abc')
    takeLaunchToken(first)
    expect(takeLaunchToken(tab('http://127.0.0.1:8000/?token=def', first.stored))).toBe('def')
  })

  it('keeps the rest of the address', () => {
    const places = tab('http://127.0.0.1:8000/?theme=dark&token=abc')
    takeLaunchToken(places)
    expect(places.location.href).toBe('http://127.0.0.1:8000/?theme=dark')
  })

  it('has nothing to give where there never was one', () => {
    expect(takeLaunchToken(tab('http://127.0.0.1:8000/'))).toBeUndefined()
  })
})
