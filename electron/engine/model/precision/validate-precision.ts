import { derivationTitles } from '../../../contract/derivation.ts'
import { BatchscopeError } from '../../../contract/failure.ts'
import type { OutputValue } from '../../../contract/host-protocol.ts'
import type { ModelDescription } from '../../../contract/model.ts'
import type { OutputDrift } from '../../../contract/output-drift.ts'
import { formatCount, formatNumber, formatPercent } from '../../../contract/quantity.ts'
import { openEvaluator, type Evaluated } from '../../host/evaluator.ts'
import type { Ports } from '../../ports.ts'
import { compareOutputs } from '../../statistics/output-drift.ts'
import { notConvertible, type PrecisionKind } from './precision-context.ts'
import { isReal } from '../reading/tensor-types.ts'
import { readGraph } from '../reading/read-graph.ts'
import { planOnce } from './plan-once.ts'
import { isUseful, probabilities } from './useful-drift.ts'

/** Seeds of the inputs that are tried. */
const seeds = [1, 2] as const

/**
 * Loads a converted model and runs it and its original on the same made-up inputs, on the CPU. Gives what was found, a
 * sentence each. Rejects with a BatchscopeError `not-convertible` where the converted model cannot be loaded or run, gives
 * something else than numbers where the original does not, or drifts beyond all use (see `isUseful`); with what stands in the way
 * where the original cannot be run; and with `cancelled`.
 */
export async function validatePrecision({
  reference,
  variant,
  kind,
  ports,
  signal,
}: {
  /** The original, as it was read. */
  reference: ModelDescription
  /** Where the converted model lies. */
  variant: { path: string }
  kind: PrecisionKind
  ports: Pick<Ports, 'hosts' | 'clock' | 'files'>
  signal?: AbortSignal
}): Promise<string[]> {
  const run = (path: string) => runSeeds(reference, path, ports, signal)
  const original = await run(reference.path)
  const title = derivationTitles[kind]
  const converted = await run(variant.path).catch((error: unknown) => {
    if (!(error instanceof BatchscopeError) || ['cancelled', 'timed-out'].includes(error.failure.code))
      throw error
    const { detail } = error.failure
    throw new BatchscopeError({
      code: 'not-convertible',
      message: `The model cannot be run as ${title}: ${error.failure.message}`,
      ...(detail === undefined ? {} : { detail }),
      owner: 'model',
    })
  })
  const bounded = probabilities((await readGraph(reference.path, ports.files)).graph)
  const worst = new Map<string, OutputDrift>()
  original.forEach(({ outputs }, index) => {
    for (const output of outputs) {
      const own = converted[index]?.outputs.find(({ name }) => name === output.name)
      const drift = driftOf(output, own, title)
      const known = worst.get(output.name)
      if (known === undefined || (drift.relative ?? 0) > (known.relative ?? 0)) worst.set(output.name, drift)
      checkUseful(drift, output, bounded.has(output.name), title)
    }
  })
  const times = seeds.length === 2 ? 'twice' : `${seeds.length} times`
  return [
    `Loaded and run ${times} beside the original, on the CPU, on the same made-up inputs.`,
    ...[...worst.values()].map((drift) => driftSentence(drift, bounded.has(drift.output))),
    ...(kind === 'fp16' ? [onlyRounding] : []),
  ]
}

async function runSeeds(
  model: ModelDescription,
  path: string,
  ports: Pick<Ports, 'hosts' | 'clock'>,
  signal: AbortSignal | undefined,
): Promise<Evaluated[]> {
  const { inputs, freeDimensionOverrides } = planOnce(model)
  const evaluator = await openEvaluator(ports, {
    modelPath: path,
    freeDimensionOverrides,
    ...(signal === undefined ? {} : { signal }),
  })
  try {
    const runs: Evaluated[] = []
    for (const seed of seeds) runs.push(await evaluator.evaluate(inputs, { seed }))
    return runs
  } finally {
    await evaluator.end()
  }
}

function driftOf(output: OutputValue, own: OutputValue | undefined, title: string): OutputDrift {
  if (own === undefined) throw notConvertible(`As ${title}, the model has no output "${output.name}".`)
  const comparison = compareOutputs(output, own)
  if (!comparison.ok) throw notConvertible(comparison.problem)
  return comparison.drift
}

function checkUseful(drift: OutputDrift, { type }: OutputValue, isProbability: boolean, title: string): void {
  const { output, notFinite } = drift
  if (notFinite > 0) {
    throw notConvertible(
      `As ${title}, output "${output}" has values that are not finite where the original's are: ${formatCount(notFinite)}.`,
      'Another precision may do.',
    )
  }
  // Whole numbers are classes, places and counts: no distance between them tells whether they are of use.
  if (!isReal(type) || isUseful(drift, isProbability)) return
  throw notConvertible(
    `As ${title}, output "${output}" drifts too far to be of use: ${measures(drift)}.`,
    'Another precision may do.',
  )
}

/** What a CPU's run of an FP16 model does not show. */
const onlyRounding =
  'The CPU computes most FP16 operators in FP32: this shows what rounded weights and values change, and an accelerator adds rounding of its own.'

function driftSentence(drift: OutputDrift, isProbability: boolean): string {
  const sentence = `Output "${drift.output}": ${measures(drift)}.`
  if (!isProbability || isUseful(drift, false)) return sentence
  return `${sentence} It is near 0 all over for made-up inputs, so that only inputs of your own can tell.`
}

function measures({ relative, cosine, maxAbsolute, top1Agreement }: OutputDrift): string {
  const parts = [
    ...(relative === undefined ? [] : [`relative error ${formatPercentFinely(relative)}`]),
    `largest difference ${formatFinely(maxAbsolute)}`,
    ...(cosine === undefined ? [] : [`cosine ${cosine.toFixed(5)}`]),
    ...(top1Agreement === undefined
      ? []
      : [`the same best score for ${formatPercent(top1Agreement)} of the items`]),
  ]
  return parts.join(', ')
}

/** FP16 drifts by fractions of what one decimal shows. */
function formatPercentFinely(fraction: number): string {
  return fraction >= 0.01 ? formatPercent(fraction) : `${formatFinely(fraction * 100)} %`
}

/** Also below a millionth. */
function formatFinely(value: number): string {
  return value > 0 && value < 1e-5 ? value.toExponential(1) : formatNumber(value)
}
