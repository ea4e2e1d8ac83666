import type { OutputValue } from '../../contract/host-protocol.ts'
import type { OutputDrift } from '../../contract/output-drift.ts'
import { formatNumber, formatPercent } from '../../contract/quantity.ts'
import { openEvaluator, type Evaluator } from '../host/evaluator.ts'
import { compareOutputs } from '../statistics/output-drift.ts'
import { configOf, problemOf, timeLimit, type Problem } from './check-load.ts'
import type { Judgement } from './report.ts'
import type { ModelAtHand, VerificationScene } from './scene.ts'

/** Outputs of one model at one batch size, on the provider beside the CPU provider. */
export type OutputsResult = { model: string; batchSize: number } & (
  | {
      ok: true
      drifts: readonly OutputDrift[]
      /**
       * How far the reference's outputs of two samples lie apart at least, relative as the drift is; absent for a single
       * sample.
       */
      apart?: number
    }
  | ({ ok: false } & Problem)
)

/** Runs one model at each batch size on both, each in a host of its own that is kept. */
export async function compareWithCpu(
  { model, inputs }: ModelAtHand,
  batchSizes: readonly number[],
  { ports, session, signal }: VerificationScene,
  limitMs: number,
): Promise<OutputsResult[]> {
  const limit = timeLimit(limitMs, signal)
  const evaluators: Evaluator[] = []
  const open = async (on: Partial<VerificationScene['session']>) => {
    const evaluator = await openEvaluator(ports, { ...on, modelPath: model.path, signal: limit.signal })
    evaluators.push(evaluator)
    return evaluator
  }
  try {
    const reference = await open({ executionProvider: 'cpu' })
    const other = await open(session)
    const results: OutputsResult[] = []
    for (const batchSize of batchSizes) {
      const plans = await inputs.at(configOf(session, batchSize))
      const ours = await reference.evaluate(plans, { batchSize })
      const theirs = await other.evaluate(plans, { batchSize })
      results.push(comparedOutputs(model.name, batchSize, ours.outputs, theirs.outputs))
    }
    return results
  } catch (error) {
    return [{ model: model.name, batchSize: 0, ok: false, ...problemOf(error, limit) }]
  } finally {
    await Promise.all(evaluators.map((evaluator) => evaluator.end()))
  }
}

function comparedOutputs(
  model: string,
  batchSize: number,
  reference: readonly OutputValue[],
  other: readonly OutputValue[],
): OutputsResult {
  const drifts: OutputDrift[] = []
  for (const output of reference) {
    const counterpart = other.find(({ name }) => name === output.name)
    if (counterpart === undefined)
      return {
        model,
        batchSize,
        ok: false,
        timedOut: false,
        problem: `The provider gives no output "${output.name}".`,
      }
    if (output.values instanceof Float32Array && !output.values.every(Number.isFinite)) {
      const problem = `The CPU provider's output "${output.name}" is not finite, which shows nothing.`
      return { model, batchSize, ok: false, timedOut: false, problem }
    }
    const comparison = compareOutputs(output, counterpart, { batchAxis: 0 })
    if (!comparison.ok) return { model, batchSize, ok: false, timedOut: false, problem: comparison.problem }
    drifts.push(comparison.drift)
  }
  const apart = leastApart(reference[0], batchSize)
  return { model, batchSize, ok: true, drifts, ...(apart !== undefined && { apart }) }
}

/** The smallest distance between the first sample's output and another's, relative to the first's. */
function leastApart(output: OutputValue | undefined, batchSize: number): number | undefined {
  if (!(output?.values instanceof Float32Array) || batchSize < 2) return undefined
  const { values } = output
  const size = values.length / batchSize
  const norm = (valueAt: (index: number) => number) => {
    let squares = 0
    for (let index = 0; index < size; index += 1) squares += valueAt(index) ** 2
    return Math.sqrt(squares)
  }
  const own = norm((index) => values[index] ?? 0)
  const distances = Array.from({ length: batchSize - 1 }, (_, sample) =>
    norm((index) => (values[(sample + 1) * size + index] ?? 0) - (values[index] ?? 0)),
  )
  return Math.min(...distances) / own
}

/** Samples must differ by so many times what is tolerated, or equal outputs show nothing. */
const leastApartTolerances = 3

/** Every output has to be finite and within the tolerance, and the samples have to be told apart by it. */
export function judgeOutputs(results: readonly OutputsResult[], tolerance: number): Judgement {
  const figures = {
    tolerance,
    comparisons: results.map((result) =>
      result.ok
        ? {
            ...{ model: result.model, batchSize: result.batchSize, samplesApart: result.apart ?? null },
            outputs: result.drifts.map((drift) => ({ ...drift })),
          }
        : { model: result.model, batchSize: result.batchSize, problem: result.problem },
    ),
  }
  const late = results.filter((result) => !result.ok && result.timedOut)
  const wrong = results.flatMap((result) => (late.includes(result) ? [] : wrongWith(result, tolerance)))
  if (wrong.length > 0) return { verdict: 'failed', sentence: wrong.join(' '), figures }
  if (late.length > 0) {
    const sentence = `No time left: ${late.flatMap((result) => wrongWith(result, tolerance)).join(' ')}`
    return { verdict: 'skipped', sentence, figures, because: 'no-time' }
  }
  const compared = results.flatMap((result) => (result.ok ? [result] : []))
  const worst = Math.max(...compared.flatMap(({ drifts }) => drifts.map(({ relative = 0 }) => relative)))
  const apart = Math.min(...compared.flatMap((result) => result.apart ?? []))
  const sizes = [...new Set(compared.map(({ batchSize }) => batchSize))]
  const told = Number.isFinite(apart) ? `; two samples differ by at least ${formatPercent(apart)}` : ''
  const how =
    worst === 0
      ? "is exactly the CPU provider's"
      : `is within ${scientific(worst)} of the CPU provider's, relative to it`
  return {
    verdict: 'passed',
    sentence: `At batch ${sizes.join(', ')}, every output ${how} (tolerated ${scientific(tolerance)})${told}.`,
    figures,
  }
}

function wrongWith(result: OutputsResult, tolerance: number): string[] {
  const { model, batchSize } = result
  if (!result.ok) return [`${model}${batchSize > 0 ? ` at batch ${batchSize}` : ''}: ${result.problem}`]
  const at = `${model} at batch ${batchSize}`
  const wrong = result.drifts.flatMap(({ output, relative, notFinite, elements }) => {
    if (notFinite > 0) return [`${at}: ${notFinite} of ${elements} values of "${output}" are not finite.`]
    if (relative === undefined) return [`${at}: "${output}" is all zeros, which shows nothing.`]
    if (relative <= tolerance) return []
    return [
      `${at}: "${output}" is off by ${formatNumber(relative)} of the CPU provider's, and ${scientific(tolerance)} is tolerated.`,
    ]
  })
  const { apart } = result
  if (apart !== undefined && !(apart >= leastApartTolerances * tolerance)) {
    wrong.push(
      `${at}: two samples differ by no more than ${formatNumber(apart)}, so that equal outputs show little.`,
    )
  }
  return wrong
}

/** `4.9e-4`. */
function scientific(value: number): string {
  return value.toExponential(1)
}
