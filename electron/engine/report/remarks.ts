import type { Analysis } from '../../contract/analysis.ts'
import { failureLine } from '../../contract/failure.ts'
import { flagSentences } from '../../contract/flag-words.ts'
import { orderedTrials } from './report-input.ts'
import type { Flag } from '../../contract/trial.ts'
import { trialName } from './trial-table.ts'

/** One line a kind of failure, with the trials that it struck. */
export function failureRemarks(analysis: Analysis): string[] {
  const byMessage = new Map<string, string[]>()
  for (const trial of orderedTrials(analysis)) {
    if (trial.outcome === 'completed') continue
    const line = failureLine(trial.failure)
    byMessage.set(line, [...(byMessage.get(line) ?? []), trialName(trial, analysis)])
  }
  return [...byMessage].map(([line, names]) => `${capitalised(joined(names))}: ${line}`)
}

/** At most this many lines a flag: the table says which trials have it. */
const mostReasons = 5

/** One line a flag and reason, with the trials that have it, and what each flag means. */
export function flagRemarks(analysis: Analysis): string[] {
  const byName = new Map<Flag['name'], Map<string, string[]>>()
  for (const trial of orderedTrials(analysis)) {
    for (const { name, reason } of trial.flags) {
      const reasons = byName.get(name) ?? new Map<string, string[]>()
      byName.set(name, reasons.set(reason, [...(reasons.get(reason) ?? []), trialName(trial, analysis)]))
    }
  }
  return [...byName].flatMap(([name, reasons]) => {
    const lines = [...reasons].map(([reason, names]) => `${name}, ${joined(names)}: ${reason}.`)
    const rest = lines.length - mostReasons
    return [
      ...lines.slice(0, mostReasons),
      ...(rest > 0 ? [`${name}: and ${rest} more of these, see the table.`] : []),
      `What ${name} means: ${flagSentences(name)}`,
    ]
  })
}

/** `batch 1, 2 and 4` for names that all begin with `batch`, else the names with commas. */
export function joined(names: readonly string[]): string {
  const sizes = names.map((name) => /^batch (\d+)$/.exec(name)?.[1])
  const plain = sizes.every((size) => size !== undefined)
  const items = plain ? sizes : names
  const all = items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
  return plain ? `batch ${all}` : all
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
