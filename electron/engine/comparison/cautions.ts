import type { TrialReport } from '../../contract/analysis.ts'
import type { Comparison } from '../../contract/comparison.ts'
import type { Flag, TrialConfig } from '../../contract/trial.ts'
import { areTooFew } from '../statistics/few-executions.ts'
import { configsPhrase, namesOf } from './answer.ts'
import type { Match } from './match.ts'

/** What was going on while a configuration with this flag was measured: what can make one run look like another program. */
const circumstances: readonly { readonly flag: Flag['name']; readonly words: string }[] = [
  { flag: 'throttled', words: 'while the machine slowed itself down' },
  { flag: 'shared-device', words: 'while something else used the processor, or had memory of the GPU' },
  { flag: 'drifting', words: 'while the speed of the machine changed' },
]

type Facts = Pick<Comparison, 'before' | 'after' | 'configurations' | 'overall'>

/** Reasons to read a comparison with care, one sentence each. */
export function cautionsOf(facts: Facts, matches: readonly Match[]): string[] {
  const [before, after] = namesOf(facts.before, facts.after)
  const reports = matches.map((match) => ({ before: match.before.report, after: match.after.report }))
  const turned = reports.map((each) => ({ before: each.after, after: each.before }))
  return [fewExecutions(facts), oneSided(before, after, reports), oneSided(after, before, turned)].flatMap(
    (caution) => caution ?? [],
  )
}

function fewExecutions({ configurations, overall }: Facts): string | undefined {
  const counts = configurations.map((each) => ({
    before: each.beforeExecutions,
    after: each.afterExecutions,
  }))
  // Without an interval there is no verdict anyway, and the answer says why.
  if (overall?.ci95 === undefined || !areTooFew(counts)) return undefined
  const all = new Set(counts.flatMap(({ before, after }) => [before, after]))
  const [only] = all
  const few = all.size === 1 && only !== undefined ? `${only}` : 'Fewer than 3'
  return `${few} executions a side cannot tell two modes of a process from a change, so only a large one is called a change: use --executions 3 or more.`
}

/** Configurations that were measured under a circumstance in `name`, and not in `other`. */
function oneSided(
  name: string,
  other: string,
  pairs: readonly { before: TrialReport; after: TrialReport }[],
): string | undefined {
  const all = pairs.map(({ before }) => before.config)
  const has = ({ flags }: TrialReport, flag: Flag['name']) => flags.some((each) => each.name === flag)
  const parts = circumstances.flatMap(({ flag, words }) => {
    const found = pairs.filter(({ before, after }) => has(before, flag) && !has(after, flag))
    const configs = found.map(({ before }): TrialConfig => before.config)
    if (configs.length === 0) return []
    return `${configsPhrase(configs, all)} ${configs.length === 1 ? 'was' : 'were'} measured ${words}`
  })
  if (parts.length === 0) return undefined
  return `In ${name}, and not in ${other}, ${parts.join('; ')}: that alone can look like a change.`
}
