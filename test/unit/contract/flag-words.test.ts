import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explainFlag, flagSentences } from '../../../electron/contract/flag-words.ts'
import { flagNames } from '../../../electron/contract/trial.ts'

describe('the words for a flag', () => {
  it('say what was seen, what it means and what to do', () => {
    expect(explainFlag({ name: 'few-samples', reason: 'an execution has 3 samples' })).toBe(
      'An execution has 3 samples. Too few calls fitted into the measuring time to average out their differences. Allow a longer measuring time.',
    )
  })

  it.each(flagNames)('are the same in docs/words.md for %s', (name) => {
    const words = readFileSync(new URL('../../../docs/words.md', import.meta.url), 'utf8')
    expect(words.replace(/ +/g, ' ')).toContain(`| ${name} | ${flagSentences(name)} |`)
  })
})
