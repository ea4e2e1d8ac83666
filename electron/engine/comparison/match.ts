import type { CompletedTrialReport, TrialReport } from '../../contract/analysis.ts'
import type { UnmatchedConfiguration } from '../../contract/comparison.ts'
import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { configKey, inBuiltIn, seriesKey } from '../experiment/configurations.ts'
import type { ComparedSide } from './side.ts'
import { executionsOf, type TrialExecution } from './trial-executions.ts'

/** A trial with numbers. */
export interface MeasuredTrial {
  readonly report: CompletedTrialReport
  /** What its executions measured, at least one; `undefined` where that is not known. */
  readonly executions: readonly TrialExecution[] | undefined
}

/** A configuration that both runs completed. */
export interface Match {
  readonly before: MeasuredTrial
  readonly after: MeasuredTrial
}

/**
 * Configurations by all their factors: batch size, execution provider, device, threads, dimensions and runtime. Where
 * each run used one runtime for an execution provider, these two are compared, whichever they are. Series by series in
 * the order of the reference, ascending by batch size.
 */
export function matchConfigurations(
  before: ComparedSide,
  after: ComparedSide,
): { matches: Match[]; unmatched: UnmatchedConfiguration[] } {
  const matchable = comparableBy(before, after)
  const [one, other] = [byConfiguration(before.trials, matchable), byConfiguration(after.trials, matchable)]
  const matches: Match[] = []
  const unmatched: UnmatchedConfiguration[] = []
  for (const key of inOrder([...one.values(), ...other.values()], matchable)) {
    const [was, is] = [one.get(key), other.get(key)]
    const [measuredBefore, measuredAfter] = [measuredOf(was), measuredOf(is)]
    const config = (was ?? is)?.config
    if (config === undefined) continue
    if (measuredBefore !== undefined && measuredAfter !== undefined) {
      matches.push({ before: measuredBefore, after: measuredAfter })
    } else {
      unmatched.push({
        config,
        ...(was && { before: was.outcome }),
        ...(is && { after: is.outcome }),
      })
    }
  }
  return { matches, unmatched }
}

/** A configuration as far as it must be the same on both sides. */
type Matchable = (config: TrialConfig) => TrialConfig

function comparableBy(before: ComparedSide, after: ComparedSide): Matchable {
  const runtimesOf = ({ trials }: ComparedSide, provider: ExecutionProvider) =>
    new Set(trials.flatMap(({ config }) => (config.executionProvider === provider ? [config.runtime] : [])))
  return (config) => {
    const sizes = [before, after].map((side) => runtimesOf(side, config.executionProvider).size)
    return sizes.every((size) => size === 1) ? inBuiltIn(config) : config
  }
}

/** Where a run has a configuration twice, the later one that completed. */
function byConfiguration(trials: readonly TrialReport[], matchable: Matchable): Map<string, TrialReport> {
  const found = new Map<string, TrialReport>()
  for (const trial of trials) {
    const key = configKey(matchable(trial.config))
    if (trial.outcome === 'completed' || found.get(key)?.outcome !== 'completed') found.set(key, trial)
  }
  return found
}

function measuredOf(report: TrialReport | undefined): MeasuredTrial | undefined {
  if (report?.outcome !== 'completed') return undefined
  const { latencyMs, throughput } = report
  // A document can have been edited by hand.
  if (!(latencyMs.mean > 0 && throughput.itemsPerSecond > 0)) return undefined
  return { report, executions: executionsOf(report) }
}

function inOrder(trials: readonly { config: TrialConfig }[], matchable: Matchable): string[] {
  const series = new Map<string, Map<number, string>>()
  for (const config of trials.map((trial) => matchable(trial.config))) {
    const key = seriesKey(config)
    series.set(key, (series.get(key) ?? new Map<number, string>()).set(config.batchSize, configKey(config)))
  }
  return [...series.values()].flatMap((batches) =>
    [...batches].sort(([one], [other]) => one - other).map(([, key]) => key),
  )
}
