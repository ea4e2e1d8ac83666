import { speedWords } from '../../contract/variant-words.ts'
import { inBuiltIn, seriesKey } from '../experiment/configurations.ts'
import { ratiosWithinBlocks } from '../statistics/best-set.ts'
import { throughputContender, type Candidate } from './candidate.ts'
import { runtimeName } from './phrases.ts'

/**
 * What the runtime of this trial gives over the others that its configuration was measured in, at the same batch size;
 * one sentence each. Compared within blocks.
 */
export function runtimeSentences(chosen: Candidate, candidates: readonly Candidate[]): string[] {
  const { config } = chosen.report
  const setting = seriesKey(inBuiltIn(config))
  const others = candidates.filter(
    ({ report }) =>
      report.id !== chosen.report.id &&
      report.config.batchSize === config.batchSize &&
      report.config.runtime !== config.runtime &&
      seriesKey(inBuiltIn(report.config)) === setting,
  )
  if (others.length === 0) return []
  const ratioOf = ratiosWithinBlocks(candidates.map((each) => throughputContender(each, each.report.id)))
  return others.flatMap(({ report }) => {
    const speed = ratioOf(chosen.report.id, report.id)
    if (speed === undefined) return []
    const [own, other] = [runtimeName(config.runtime), runtimeName(report.config.runtime)]
    const measured = `${speedWords(speed)} as many items per second as ${other} at batch ${config.batchSize}`
    const [low, high] = speed.ci95 ?? []
    const isShown = low !== undefined && high !== undefined && (low > 1 || high < 1)
    if (!isShown) return [`No difference shown between the runtimes: ${own} finishes ${measured}.`]
    // A name is written as it is.
    return [`${own.replace(/^the /, 'The ')} finishes ${measured}.`]
  })
}
