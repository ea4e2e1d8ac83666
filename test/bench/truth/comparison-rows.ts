import {
  compareExecutions,
  type ChangeTest,
  type ExecutionEstimate,
  type MatchedExecutions,
} from '../../../electron/engine/statistics/change-test.ts'
import { estimateMean } from '../../../electron/engine/statistics/mean-estimate.ts'
import { createRandom, deriveSeed, type Random } from '../../../electron/engine/statistics/random.ts'
import { latencyGenerators, plainLatencies, type LatencyGenerator } from './latency-generators.ts'
import { information, type Row, type Section } from './rows.ts'
import { gaussian, lognormalFactor } from './simulated-machine.ts'
import { experimentLatencyMs, sampleByTheRules } from './simulated-experiment.ts'
import { percent, shareOf } from './summary.ts'

/** Of both runs: batch sizes that match, executions of each, deviation between executions. */
const configurations = 8
const executionsASide = 3
const processNoise = 0.02

/** The change that has to be found. */
const trueChange = 0.03

interface Pair {
  /** How much slower the new run truly is. */
  readonly change: number
  /** In turn. */
  readonly generators: readonly LatencyGenerator[]
  readonly configurations: number
  /** Deviation of what all executions of one round share. */
  readonly roundNoise: number
}

/** Comparisons of two runs where nothing differs, and where the new one is truly 3 % slower. */
export function proveComparisons(runs: number, note: (what: string) => void = () => undefined): Section {
  const shareWith = (name: string, pair: Pair, of: (test: ChangeTest) => boolean) => {
    note(name)
    return shareOf(
      Array.from({ length: runs }, (_, index) => {
        const generator = pair.generators[index % pair.generators.length]
        const test = generator && compare(generator, pair, createRandom(deriveSeed(index, name)), index)
        return test !== undefined && of(test)
      }),
    )
  }
  const same: Pair = { change: 0, generators: latencyGenerators, configurations, roundNoise: 0 }
  const slower: Pair = { ...same, change: trueChange, generators: [plainLatencies] }
  const anyVerdict = (test: ChangeTest) =>
    [test.overall, ...test.configurations].some(({ verdict }) => verdict !== 'no-difference-shown')
  const isFound = ({ overall }: ChangeTest) => overall.verdict === 'slower'

  const alarms = shareWith('A/A', same, anyVerdict)
  const driftAlarms = shareWith('A/A with drift', { ...same, roundNoise: processNoise }, anyVerdict)
  const found = shareWith('a change', slower, isFound)
  const foundInAll = shareWith(
    'a change in all generators',
    { ...slower, generators: latencyGenerators },
    isFound,
  )
  const alone = shareWith('a change of one', { ...slower, configurations: 1 }, isFound)
  const rows: Row[] = [
    {
      id: 'comparison.false-alarms',
      what: 'A/A comparisons that cry wolf (a verdict overall, or on one batch size)',
      measured: percent(alarms),
      goal: 'at most 5 %',
      met: alarms <= 0.05,
      values: { share: alarms },
    },
    information({
      id: 'comparison.false-alarms.drift',
      what: `... where the machine's speed also differs by ${percent(processNoise, 0)} from round to round`,
      measured: percent(driftAlarms),
      values: { share: driftAlarms },
    }),
    {
      id: 'comparison.power',
      what: `a true ${percent(trueChange, 0)} change is found: overall verdict over ${configurations} batch sizes`,
      measured: percent(found),
      goal: 'at least 80 %',
      met: found >= 0.8,
      values: { share: found },
    },
    information({
      id: 'comparison.power.generators',
      what: '... with the samples of the five generators above, in turn',
      measured: percent(foundInAll),
      values: { share: foundInAll },
    }),
    information({
      id: 'comparison.power.single',
      what: "... of one batch size alone (Student's t: 26 %; were the variation known: 41 %)",
      measured: percent(alone),
      values: { share: alone },
    }),
  ]
  return {
    title: 'Verdicts that are not noise',
    legend:
      `${runs} comparisons a row, as \`batchscope compare\` decides: ${executionsASide} executions a side, ` +
      `${percent(processNoise, 0)} process noise, samples by the default rules (A/A: the five generators above in turn; else ${plainLatencies.how}), default threshold.`,
    rows,
  }
}

function compare(
  generator: LatencyGenerator,
  { change, configurations: count, roundNoise }: Pair,
  random: Random,
  seed: number,
): ChangeTest | undefined {
  const side = (slower: number): ExecutionEstimate[][] => {
    const rounds = Array.from({ length: executionsASide }, () =>
      lognormalFactor(roundNoise, gaussian(random)),
    )
    return Array.from({ length: count }, (_, index) =>
      rounds.flatMap((round, at) => {
        const factor = (1 + slower) * round * lognormalFactor(processNoise, gaussian(random))
        const meanMs = experimentLatencyMs(2 ** index) * factor
        const estimate = estimateMean(sampleByTheRules(meanMs, generator, random))
        return estimate === undefined ? [] : [{ ...estimate, block: at + 1 }]
      }),
    )
  }
  const before = side(0)
  const after = side(change)
  const matched = before.map((each, index): MatchedExecutions => ({
    before: each,
    after: after[index] ?? [],
  }))
  return compareExecutions(matched, { seed })
}
