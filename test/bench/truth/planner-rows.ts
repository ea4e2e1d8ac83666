import { fullSweep, fullSweepMs } from './baselines/full-sweep.ts'
import { modelAnalyzer } from './baselines/model-analyzer.ts'
import { naiveScript } from './baselines/naive-script.ts'
import { perfAnalyzer } from './baselines/perf-analyzer.ts'
import type { Baseline } from './baselines/simulated-process.ts'
import { bestThroughput, trueThroughput, type Noise, type TruthCurve } from './curves.ts'
import { playAuto } from './play-planner.ts'
import type { Section } from './rows.ts'
import { percent, quantileOf, shareOf } from './summary.ts'

/** What one way of choosing came to, once, on one curve. */
interface Outcome {
  readonly curve: string
  readonly noise: Noise
  /** What its batch size truly gives less than the best one, as a fraction; 1 without an answer. */
  readonly regret: number
  /** Its time over that of a full sweep of every batch size. */
  readonly timeShare: number
  readonly answered: boolean
}

/** Regret and time over many outcomes; fractions. */
export interface Score {
  readonly regretMedian: number
  readonly regretP95: number
  readonly timeMedian: number
  readonly timeP95: number
  readonly noAnswer: number
  readonly runs: number
}

/** A way of choosing a batch size, and how it did on all curves together. */
export interface StrategyScore extends Score {
  readonly name: string
  readonly ours: boolean
}

/** How `auto` did on one curve, or at one noise. */
export interface PartScore extends Score {
  readonly name: string
}

export interface PlannerProof {
  readonly section: Section
  readonly strategies: readonly StrategyScore[]
  readonly byCurve: readonly PartScore[]
  readonly byNoise: readonly PartScore[]
}

export const plannerNoises: readonly Noise[] = [0.01, 0.03, 0.05].map((process) => ({
  process,
  sample: 0.05,
  autocorrelation: 0.3,
  drift: 0,
}))

const ours = 'Batchscope, auto'

const strategies: readonly [name: string, strategy: Baseline][] = [
  [ours, (curve, noise, seed) => playAuto(curve, noise, seed)],
  ['full sweep, highest wins', fullSweep],
  ['naive script', naiveScript],
  ["perf_analyzer's windows", perfAnalyzer],
  ["Model Analyzer's brute", modelAnalyzer],
]

/** `auto` and the baselines on every curve at every noise (or at the curve's own), so many times each. */
export function provePlanner(
  curves: readonly TruthCurve[],
  repetitions: number,
  note: (what: string) => void = () => undefined,
): PlannerProof {
  const outcomes = new Map<string, Outcome[]>(strategies.map(([name]) => [name, []]))
  for (const curve of curves) {
    note(curve.name)
    const noises = curve.noise === undefined ? plannerNoises : [curve.noise]
    for (const noise of noises) {
      for (const [name, strategy] of strategies) {
        for (let seed = 1; seed <= repetitions; seed += 1) {
          outcomes.get(name)?.push(outcomeOf(curve, noise, strategy(curve, noise, seed)))
        }
      }
    }
  }
  const all = outcomes.get(ours) ?? []
  return {
    section: sectionOf(scoreOf(all), repetitions, curves),
    strategies: strategies.map(([name]) => ({
      ...{ name, ours: name === ours },
      ...scoreOf(outcomes.get(name) ?? []),
    })),
    byCurve: partsOf(all, ({ curve }) => curve),
    byNoise: partsOf(all, ({ noise }) => noiseName(noise)),
  }
}

function outcomeOf(curve: TruthCurve, noise: Noise, { batchSize, elapsedMs }: ReturnType<Baseline>): Outcome {
  return {
    curve: curve.name,
    noise,
    regret: batchSize === null ? 1 : 1 - trueThroughput(curve, batchSize) / bestThroughput(curve),
    timeShare: elapsedMs / fullSweepMs(curve, noise),
    answered: batchSize !== null,
  }
}

function scoreOf(outcomes: readonly Outcome[]): Score {
  const regrets = outcomes.map(({ regret }) => regret)
  const times = outcomes.map(({ timeShare }) => timeShare)
  return {
    regretMedian: quantileOf(regrets, 0.5),
    regretP95: quantileOf(regrets, 0.95),
    timeMedian: quantileOf(times, 0.5),
    timeP95: quantileOf(times, 0.95),
    noAnswer: shareOf(outcomes.map(({ answered }) => !answered)),
    runs: outcomes.length,
  }
}

function partsOf(outcomes: readonly Outcome[], nameOf: (outcome: Outcome) => string): PartScore[] {
  const names = [...new Set(outcomes.map(nameOf))]
  return names.map((name) => ({ name, ...scoreOf(outcomes.filter((each) => nameOf(each) === name)) }))
}

/** `process 3 %, sample 5 %`; the rest where it differs from the benchmark's own. */
function noiseName({ process, sample, autocorrelation, drift }: Noise): string {
  const [usual] = plannerNoises
  const more = [
    autocorrelation === usual?.autocorrelation ? '' : `, autocorrelation ${autocorrelation}`,
    drift === usual?.drift ? '' : `, drift ${percent(drift, 0)} an hour`,
  ]
  return `process ${percent(process, process < 0.01 ? 1 : 0)}, sample ${percent(sample, 0)}${more.join('')}`
}

function sectionOf(score: Score, repetitions: number, curves: readonly TruthCurve[]): Section {
  const row = (id: string, what: string, value: number, most: number, digits: number) => ({
    ...{ id, what, measured: percent(value, digits), goal: `at most ${percent(most, 0)}` },
    ...{ met: value <= most, values: { share: value } },
  })
  return {
    title: 'auto against a full sweep of every batch size 1..256',
    legend:
      `${score.runs} searches: ${curves.length} ${curves.length === 1 ? 'curve' : 'curves'}, ${repetitions} a noise. ` +
      'Regret: what the recommended batch size truly gives less than the best one. ' +
      'Time: of measuring, over that of a full sweep with the default executions.',
    rows: [
      row('planner.regret.median', 'regret of the recommendation, median', score.regretMedian, 0.01, 2),
      row('planner.regret.p95', '... 95th percentile', score.regretP95, 0.03, 2),
      row('planner.time.median', "time over the full sweep's, median", score.timeMedian, 0.15, 1),
    ],
  }
}
