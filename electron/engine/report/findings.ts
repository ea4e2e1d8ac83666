import type { Analysis } from '../../contract/analysis.ts'
import { boundaryRemark } from '../../contract/boundary-words.ts'
import { driftSentence, fitSentences, intervalMeaning } from '../../contract/evidence.ts'

/** What the curves as a whole say: the lines that they follow, where memory ends, how the machine drifted, and how to read the `±`. */
export function findings({
  series,
  boundary,
  drift,
}: Pick<Analysis, 'series' | 'boundary' | 'drift'>): string[] {
  const fits = series.flatMap(({ label, ...fitted }) => {
    const sentences = fitSentences(fitted)
    if (sentences.length === 0) return []
    return [`${series.length > 1 ? `${label}: ` : ''}${sentences.join(' ')}`]
  })
  const limit = boundary === null ? [] : [boundaryRemark(boundary)]
  const drifted = driftSentence(drift)
  return [...fits, ...limit, ...(drifted === undefined ? [] : [drifted]), intervalMeaning]
}
