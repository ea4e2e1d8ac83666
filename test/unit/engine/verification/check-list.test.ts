import { describe, expect, it } from 'vitest'
import { CheckList } from '../../../../electron/engine/verification/check-list.ts'
import { noTime, type Check, type Judgement } from '../../../../electron/engine/verification/report.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const passed: Judgement = { verdict: 'passed', sentence: 'Good.', figures: { found: 1 } }

function list() {
  const wish = new AbortController()
  const told: Check[] = []
  const clock = new ManualClock()
  const checks = new CheckList(
    ['a', 'b', 'c'].map((id) => ({ id, name: id.toUpperCase() })),
    { clock, signal: wish.signal, ended: (check) => told.push(check) },
  )
  return { checks, wish, told, clock }
}

describe('the checks of a verification', () => {
  it('are told as they end, with what they took', async () => {
    const { checks, told, clock } = list()
    await checks.check('a', async () => {
      await clock.advance(40)
      return passed
    })
    expect(told).toEqual([{ id: 'a', name: 'A', ...passed, durationMs: 40 }])
  })

  it('fail when they throw, and the others go on', async () => {
    const { checks } = list()
    await checks.check('a', () => Promise.reject(new Error('It broke.')))
    await checks.check('b', () => passed)
    expect(checks.all('Not run.').map(({ verdict }) => verdict)).toEqual(['failed', 'passed', 'skipped'])
    expect(checks.find('a')?.sentence).toContain('It broke.')
  })

  it.each([
    ['what failed', { ...passed, verdict: 'failed' as const }],
    ['what had no time', noTime()],
  ])('are not blamed for an interrupt: %s is skipped', async (_what, judgement) => {
    const { checks, wish } = list()
    await checks.check('a', () => {
      wish.abort()
      return judgement
    })
    expect(checks.find('a')).toMatchObject({ verdict: 'skipped', because: 'interrupted' })
  })

  it('keep what they showed before an interrupt, and judge what was measured after it', async () => {
    const { checks, wish } = list()
    await checks.check('a', () => {
      wish.abort()
      return passed
    })
    await checks.check('b', () => passed)
    await checks.judge('c', () => passed)
    expect(checks.all('Not run.').map(({ verdict }) => verdict)).toEqual(['passed', 'skipped', 'passed'])
    expect(checks.find('b')?.sentence).toBe('Interrupted before it began.')
  })
})
