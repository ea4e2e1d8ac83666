import type { Analysis } from '../../contract/analysis.ts'
import { boundarySentence, boundaryTitle } from '../../contract/boundary-words.ts'
import {
  driftSentence,
  intervalMeaning,
  latencyFitSentence,
  memoryFitSentence,
} from '../../contract/evidence.ts'

/** What the curves as a whole say: the lines that they follow, where memory ends, how the machine drifted, and how to read the `±`. */
export function findings({
  series,
  boundary,
  drift,
}: Pick<Analysis, 'series' | 'boundary' | 'drift'>): string[] {
  const fits = series.flatMap(({ label, latencyFit, memoryFit }) => {
    const sentences = [
      ...(latencyFit === undefined ? [] : [latencyFitSentence(latencyFit)]),
      ...(memoryFit === undefined ? [] : [memoryFitSentence(memoryFit)]),
    ]
    if (sentences.length === 0) return []
    return [`${series.length > 1 ? `${label}: ` : ''}${sentences.join(' ')}`]
  })
  const limit = boundary === null ? [] : [`${boundaryTitle(boundary)}. ${boundarySentence(boundary)}`]
  const drifted = driftSentence(drift)
  return [...fits, ...limit, ...(drifted === undefined ? [] : [drifted]), intervalMeaning]
}
