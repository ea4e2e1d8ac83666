import { analyse } from '../../../electron/engine/recommendation/analyse.ts'
import { createRandom } from '../../../electron/engine/statistics/random.ts'
import { autoregression } from './latency-generators.ts'
import type { Section } from './rows.ts'
import { completed, emptyExperiment, trialOf } from './simulated-experiment.ts'
import { lognormalFactor } from './simulated-machine.ts'
import { quantileOf } from './summary.ts'

const trials = 20
const executions = 2
const samplesOfTrial = 10_000

/** How long the analysis of a large experiment takes, here and now. */
export function measureSpeed(): Section {
  const random = createRandom(1)
  const batchSizes = Array.from({ length: trials }, (_, index) => index + 1)
  const experiment = emptyExperiment(batchSizes, 1)
  const input = {
    ...experiment,
    executions: batchSizes.flatMap((batchSize) =>
      Array.from({ length: executions }, (_, at) => {
        const next = autoregression(random, 0.3)
        const samplesMs = Array.from(
          { length: samplesOfTrial / executions },
          () => (1 + 0.1 * batchSize) * lognormalFactor(0.05, next()),
        )
        return completed(trialOf(batchSize), at + 1, samplesMs)
      }),
    ),
  }
  const seconds = Array.from({ length: 3 }, () => {
    const started = performance.now()
    analyse(input)
    return (performance.now() - started) / 1000
  })
  const median = quantileOf(seconds, 0.5)
  return {
    title: 'Speed',
    legend: `${trials} trials of ${samplesOfTrial.toLocaleString('en-US')} samples in ${executions} executions each, on this machine; median of three.`,
    rows: [
      {
        id: 'speed.analysis',
        what: 'analysing the experiment',
        measured: `${median.toFixed(2)} s`,
        goal: 'under 1 s',
        met: median < 1,
        values: { seconds: median },
      },
    ],
  }
}
