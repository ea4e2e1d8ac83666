import type { Analysis } from '../../contract/analysis.ts'
import { failureLine } from '../../contract/failure.ts'
import { orderedTrials } from './report-input.ts'
import { trialName } from './trial-rows.ts'

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

/** One line a kind of flag, with what was seen on each trial. */
export function flagRemarks(analysis: Analysis): string[] {
  const byName = new Map<string, string[]>()
  for (const trial of orderedTrials(analysis)) {
    for (const { name, reason } of trial.flags) {
      const seen = `${trialName(trial, analysis)}: ${reason}`
      byName.set(name, [...(byName.get(name) ?? []), seen])
    }
  }
  return [...byName].map(([name, seen]) => `${name} (${seen.join('; ')})`)
}

/** `batch 1, 2 and 4` for names that all begin with `batch`, else the names with commas. */
function joined(names: readonly string[]): string {
  const sizes = names.map((name) => /^batch (\d+)$/.exec(name)?.[1])
  const plain = sizes.every((size) => size !== undefined)
  const items = plain ? sizes : names
  const all = items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
  return plain ? `batch ${all}` : all
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
