import { formatPercent, formatThroughput } from '../../contract/quantity.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { seriesConfigurations, seriesLabel } from './configurations.ts'
import { ascending } from './draft-reading.ts'
import type { RaceBlock } from './planner-race.ts'
import { isBeyondReach, limitOf } from './race-limits.ts'
import type { Standing, Standings } from './standing.ts'

/** Names a configuration by its batch size, and its series where the experiment has several. */
export type NameConfig = (config: TrialConfig) => string

export function namesOf(spec: Pick<ExperimentSpec, 'factors'>): NameConfig {
  const all = seriesConfigurations(spec)
  return (config) =>
    all.length === 1 ? String(config.batchSize) : `${config.batchSize} on ${seriesLabel(config, all)}`
}

/** What a block is for: `Block 3: 16 and 32 could not be told apart from 24 (32 may be up to 4.1 % ahead of it): ...`. */
export function blockSentence(block: number, races: readonly RaceBlock[], name: NameConfig): string {
  return `Block ${block}: ${races.flatMap((race) => raceSentences(race, name)).join(' ')}`
}

function raceSentences({ standings, again, probes, undecided }: RaceBlock, name: NameConfig): string[] {
  const parts: string[] = []
  const racers = again.filter(({ reason }) => reason !== 'to compare with').map(({ config }) => config)
  if (standings !== undefined && racers.length > 0) {
    const named = listed(racers, name)
    // Those that have run as often as they may are no reason for this block.
    const contested = undecided.filter(({ config }) => racers.includes(config))
    parts.push(`${whyAgain(standings, contested, name)}: measuring ${named} again.`)
  }
  for (const { config, reason } of probes) parts.push(`Trying ${name(config)}: ${reason}.`)
  return parts
}

function whyAgain(standings: Standings, undecided: readonly Standing[], name: NameConfig): string {
  if (!standings.repeated) return 'one execution each does not show how much executions differ'
  if (undecided.length === 0) return 'what may be among the best runs as often as was asked for'
  return whyUndecided(standings, undecided, name)
}

function whyUndecided(
  { chosen, aheadAtMost }: Standings,
  undecided: readonly Standing[],
  name: NameConfig,
): string {
  const others = undecided.filter((one) => one !== chosen)
  const [furthest] = others
  if (furthest === undefined) return `${name(chosen.config)} is not known well enough`
  const ahead = aheadAtMost(furthest, chosen)
  const who = listed(
    others.map(({ config }) => config),
    name,
  )
  // Two executions far apart allow anything: thousands of percent tell nobody more than no number does.
  const much = ahead < 1 ? ` (${name(furthest.config)} may be up to ${formatPercent(ahead)} ahead)` : ''
  return `${who} cannot be told apart from ${name(chosen.config)}${much}`
}

/** Joins sentences, leaving out empty ones. */
export function sentences(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}

/** Why the race is over, and what it leaves unknown. */
export function closingSentence(
  spec: ExperimentSpec,
  { standings, undecided }: RaceBlock,
  name: NameConfig,
  ended: 'settled' | 'time' = 'settled',
): string {
  if (standings === undefined) {
    return spec.constraints.slo === undefined
      ? 'Nothing completed.'
      : 'No batch size that completed meets the latency bound.'
  }
  const { chosen, all } = standings
  const found = `${name(chosen.config)} is the batch size to use, with ${formatThroughput(chosen.itemsPerSecond)}`
  if (!standings.repeated) return `${found}; nothing was executed twice, so how far that holds is not known.`
  const behind = Math.max(0, ...all.filter(standings.equals).map((one) => standings.aheadAtMost(one, chosen)))
  if (undecided.length === 0) {
    return `${found}: no other that was tried is more than ${formatPercent(behind)} faster, at 95 %.`
  }
  const who = listed(
    undecided.map(({ config }) => config),
    name,
  )
  const each = Math.max(...undecided.map((one) => limitOf(one, standings, spec)))
  const spent = each === 1 ? 'one execution' : `${each} executions`
  const when = ended === 'time' ? 'There was no time to tell more:' : `After ${spent} each,`
  const unsteady = undecided.some((one) => isBeyondReach(standings, one, chosen, spec))
  const advice =
    ended === 'settled' && unsteady
      ? ` Executions differ too much here to know it within ${formatPercent(spec.rules.tolerance)}: a quieter machine would tell.`
      : ''
  const much = behind < 1 ? `up to ${formatPercent(behind)} faster, at 95 %` : 'far faster'
  return `${found}. ${when} ${who} may still be ${much}.${advice}`
}

/** `16`, `16 and 32`, `16, 24 and 32`: ascending, each once. */
function listed(configs: readonly TrialConfig[], name: NameConfig): string {
  const sizes = ascending(configs.map(({ batchSize }) => batchSize))
  const names = [
    ...new Set(sizes.flatMap((size) => configs.filter((one) => one.batchSize === size).map(name))),
  ]
  if (names.length > 6) return `${names.length} batch sizes from ${names[0]} to ${names.at(-1)}`
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
