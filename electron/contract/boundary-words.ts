import type { Boundary } from './analysis.ts'
import { formatCount } from './quantity.ts'

/** What was measured: `150 fits (ran twice), 151 does not`. */
function measuredBoundary({ largestThatFits, largestSeenOnce, smallestThatDoesNot }: Boundary): string {
  const beyond = formatCount(smallestThatDoesNot)
  if (largestSeenOnce !== undefined) {
    const twice = largestThatFits === null ? '' : `, ${formatCount(largestThatFits)} ran twice`
    return `${formatCount(largestSeenOnce)} ran once${twice}, ${beyond} does not fit`
  }
  if (largestThatFits !== null) return `${formatCount(largestThatFits)} fits (ran twice), ${beyond} does not`
  return smallestThatDoesNot === 1
    ? 'not even 1 fits'
    : `${beyond} does not fit, and nothing smaller completed`
}

/** What was foreseeable: `149 (146 to 152)`; `undefined` where nothing could be predicted. */
function predictedBoundary({ predicted }: Boundary): string | undefined {
  if (predicted === undefined) return undefined
  const { batchSize, ci95 } = predicted
  const range = ci95 === undefined ? '' : ` (${formatCount(ci95[0])} to ${formatCount(ci95[1])})`
  return `${formatCount(batchSize)}${range}`
}

/** Measured and predicted side by side. */
function boundarySentence(boundary: Boundary): string {
  const measured = `Measured: ${measuredBoundary(boundary)}.`
  const predicted = predictedBoundary(boundary)
  if (predicted === undefined) return measured
  return [measured, `Predicted from smaller sizes: ${predicted}.`, ...whyMoreFits(boundary)].join(' ')
}

/** More than this over the prediction needs a word. */
const surprising = 1.1

/** ONNX Runtime's CPU arena grows in large steps where there is room, and in small ones where there is not. */
function whyMoreFits({ limitedBy, predicted, largestThatFits, largestSeenOnce }: Boundary): string[] {
  const measured = Math.max(largestThatFits ?? 0, largestSeenOnce ?? 0)
  if (limitedBy !== 'host' || predicted === undefined || measured < surprising * predicted.batchSize)
    return []
  return ['Near its limit the runtime makes do with less memory than it takes where there is plenty.']
}

/** `Largest batch size in host memory. Measured: ...`, as every entry and every report says it. */
export function boundaryRemark(boundary: Boundary): string {
  return `Largest batch size in ${boundary.limitedBy} memory. ${boundarySentence(boundary)}`
}
