import type { BatchProbe } from '../../../electron/contract/batch-probe.ts'
import type { ModelInput, ModelOutput } from '../../../electron/contract/model.ts'
import { axisText } from '../../stores/draft-text.ts'

/** How sure a batch axis is, as a word that carries its own mark. */
export interface AxisCertainty {
  level: 'certain' | 'likely' | 'guess' | 'chosen'
  word: string
  /** One clause; empty where the word says it all. */
  reason: string
}

/** How sure the chosen axis of an input is; undefined for projects whose version did not say. */
export function certaintyOf(input: ModelInput, chosen: string): AxisCertainty | undefined {
  if (chosen !== axisText(input)) {
    const own = axisText(input) === 'none' ? 'none' : `axis ${axisText(input)}`
    return { level: 'chosen', word: 'your choice', reason: `instead of ${own}` }
  }
  const level = input.batchAxisConfidence
  if (level === undefined) return undefined
  return { level, word: level === 'guess' ? 'a guess' : level, reason: input.batchAxisReason }
}

/** What running the model showed about one output. */
export interface SeenAxis {
  state: 'follows' | 'ignores' | 'unseen'
  text: string
}

/** Whether an output took on the batch size when the model was run. */
export function seenAxis(output: ModelOutput, probe: BatchProbe | undefined): SeenAxis {
  const wasRun = probe !== undefined && (probe.verdict === 'follows' || probe.verdict === 'ignores')
  if (!wasRun) return { state: 'unseen', text: '–' }
  const axis = probe.outputAxes[output.name]
  if (axis !== undefined) return { state: 'follows', text: `follows at axis ${axis}` }
  return output.batchAxis === undefined
    ? { state: 'unseen', text: 'has none' }
    : { state: 'ignores', text: 'does not follow' }
}
