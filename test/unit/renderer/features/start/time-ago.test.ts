import { describe, expect, it } from 'vitest'
import { timeAgo } from '../../../../../renderer/features/start/time-ago.ts'

const now = new Date('2026-05-04T12:00:00Z')

describe('how long ago', () => {
  it.each([
    ['2026-05-04T11:59:40Z', 'just now'],
    ['2026-05-04T11:48:00Z', '12 min. ago'],
    ['2026-05-04T09:00:00Z', '3 hr. ago'],
    ['2026-05-03T11:00:00Z', 'yesterday'],
    ['2026-01-15T12:00:00Z', 'Jan 15, 2026'],
    ['not a time', ''],
  ])('%s is "%s"', (iso, text) => {
    expect(timeAgo(iso, now)).toBe(text)
  })
})
