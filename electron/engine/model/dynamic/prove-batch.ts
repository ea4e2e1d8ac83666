import { BatchscopeError, failureLine } from '../../../contract/failure.ts'
import type { InputPlan, OutputValue } from '../../../contract/host-protocol.ts'
import type { TensorType } from '../../../contract/model.ts'
import { openEvaluator, type Evaluator } from '../../host/evaluator.ts'
import type { Ports } from '../../ports.ts'
import type { BatchPlace } from './batch-place.ts'
import { comparePiece, compareWhole, samplesAlike, type OutputDifference } from './batch-differences.ts'
import { notConvertible } from './set-batch-free.ts'

export interface ProofQuestion {
  ports: Pick<Ports, 'hosts' | 'clock'>
  originalPath: string
  madePath: string
  /** The fixed batch size of the original. */
  batch: number
  /** The axis that counts samples, by input. */
  batchAxes: ReadonlyMap<string, number>
  /** Where the batch lies in each output that has it. */
  outputs: ReadonlyMap<string, BatchPlace>
  /** Writes the made model so that it gives some of the values on the way to its outputs instead of those. */
  showOnTheWay(values: readonly string[]): Promise<string>
  /** Where the batch lies in values on the way, in the order of the nodes; those that can well be compared. */
  onTheWay: ReadonlyMap<string, BatchPlace>
  /** The inputs at a batch size, and the sizes of open dimensions that are no batch. */
  plan(batchSize: number): { inputs: InputPlan[]; overrides: Record<string, number> }
}

/**
 * How far an output of a batch may be from what its samples give one by one, as a share of the output's largest element.
 * ONNX Runtime multiplies matrices of other sizes in other blocks, so that sums are rounded in another order: the error
 * of a sum of n terms grows like n times the unit roundoff (Higham, Accuracy and Stability of Numerical Algorithms,
 * section 4.2), which is 6e-8 for float32; 1e-4 allows for sums of some thousand terms, one after the other. Half
 * precision (5e-4) is computed in float32 and rounded after each operator. Whole numbers must be the same.
 */
const tolerances: Partial<Record<TensorType, number>> = {
  float64: 1e-10,
  float32: 1e-4,
  float16: 1e-2,
  bfloat16: 8e-2,
}

/** How many times the fixed batch size is run at once. */
const multiples = [2, 3]

/** Of batches that are compared with single samples, this many are, from the beginning. */
const mostSingles = 4

/** So many values on the way are looked at where the outputs are the same for all samples. */
const mostOnTheWay = 12

/**
 * Shows in session hosts that a made model is right: at the fixed batch size it gives exactly what the original gives,
 * and at two and three times of it what its parts give by themselves. One sentence for each thing shown. Rejects with
 * `not-convertible` where something differs, naming the output, or the node at which ONNX Runtime stopped.
 */
export async function proveBatch(question: ProofQuestion): Promise<string[]> {
  const exact = await proveExact(question)
  return [exact, ...(await provePieces(question))]
}

/** At the fixed batch size: the same, bit for bit. */
async function proveExact(question: ProofQuestion): Promise<string> {
  const { batch } = question
  const optimised = await compareRuns(question, 'all')
  const at = `At batch size ${batch}, every output is exactly that of the original`
  if (optimised === undefined) return `${at}.`
  // ONNX Runtime fuses differently where sizes are open; as they stand in the file, the graphs must agree to the bit.
  const plain = await compareRuns(question, 'disabled')
  if (plain !== undefined) {
    throw notConvertible(
      `At batch size ${batch}, output "${plain.output}" of the copy is not that of the original: it is off by ${share(plain.difference)}.`,
    )
  }
  if (optimised.difference.relative > optimised.tolerance) {
    throw notConvertible(
      `At batch size ${batch}, ONNX Runtime's optimisations make output "${optimised.output}" of the copy differ from the original by ${share(optimised.difference)}.`,
    )
  }
  return `${at} with ONNX Runtime's optimisations off; with them on, "${optimised.output}" differs by ${share(optimised.difference)}, because other operators are fused.`
}

/** Runs both, one after the other. What only the copy does not do stands against it. */
async function compareRuns(
  question: ProofQuestion,
  optimisation: 'all' | 'disabled',
): Promise<FoundDifference | undefined> {
  const original = await runOnce(question, question.originalPath, optimisation)
  try {
    return compareAll(original, await runOnce(question, question.madePath, optimisation))
  } catch (error) {
    if (!(error instanceof BatchscopeError) || !['model-load', 'inference'].includes(error.failure.code))
      throw error
    const { message, detail } = error.failure
    throw notConvertible(`ONNX Runtime runs the original, but not the copy: ${message}`, detail)
  }
}

async function runOnce(
  { ports, plan, batch }: ProofQuestion,
  modelPath: string,
  optimisation: 'all' | 'disabled',
): Promise<OutputValue[]> {
  const { inputs, overrides } = plan(batch)
  const evaluator = await openEvaluator(ports, {
    modelPath,
    optimisation,
    freeDimensionOverrides: overrides,
  })
  try {
    return (await evaluator.evaluate(inputs)).outputs
  } finally {
    await evaluator.end()
  }
}

interface FoundDifference {
  output: string
  difference: OutputDifference
  tolerance: number
}

/** The output that differs most; undefined where all are the same. */
function compareAll(
  original: readonly OutputValue[],
  made: readonly OutputValue[],
): FoundDifference | undefined {
  const others = new Map(made.map((value) => [value.name, value]))
  const differing = original.flatMap((value) => {
    const other = others.get(value.name)
    const difference =
      other === undefined ? { elements: 0, relative: Infinity, exact: false } : compareWhole(value, other)
    return difference.exact ? [] : [{ output: value.name, difference, tolerance: toleranceOf(value) }]
  })
  return differing.toSorted((a, b) => b.difference.relative - a.difference.relative)[0]
}

/** Batches against their parts. */
async function provePieces(question: ProofQuestion): Promise<string[]> {
  const { batch, madePath, outputs, onTheWay } = question
  const all = divisions(batch)
  const { worst, differing } = await comparePieces(question, madePath, outputs, all)
  const sentences = pieceSentences(worst, question)
  if (differing > 0) return sentences
  // Outputs that are the same for all samples show nothing: what leads to them may.
  const values = spreadOver([...onTheWay.keys()], mostOnTheWay)
  const first = 'All samples gave the same outputs.'
  if (values.length === 0) {
    return [
      ...sentences,
      `${first} This shows less than it would on a model whose outputs depend on its inputs.`,
    ]
  }
  const path = await question.showOnTheWay(values)
  const [division] = all
  const between = await comparePieces(question, path, onTheWay, division === undefined ? [] : [division])
  if (between.differing === 0) {
    return [
      ...sentences,
      `${first} So did the values on the way to them: this shows less than it would on a model whose outputs depend on its inputs.`,
    ]
  }
  const off = Math.max(...between.worst.values())
  return [
    ...sentences,
    `${first} Of ${values.length} values on the way to them, ${between.differing} differ from sample to sample; all of these are what the samples give one by one, ${within(off)}.`,
  ]
}

async function comparePieces(
  { ports, plan, batch, batchAxes }: ProofQuestion,
  modelPath: string,
  places: ReadonlyMap<string, BatchPlace>,
  comparisons: readonly { size: number; part: number }[],
): Promise<{ worst: Map<string, number>; differing: number }> {
  const evaluator = await openEvaluator(ports, {
    modelPath,
    freeDimensionOverrides: plan(batch).overrides,
  })
  /** The furthest that an output was off, by output. */
  const worst = new Map<string, number>()
  const differing = new Set<string>()
  try {
    for (const { size, part } of comparisons) {
      const { inputs } = plan(size)
      const whole = byName(await evaluateAt(evaluator, inputs, size))
      const parts = part === 1 ? Math.min(size, mostSingles) : size / part
      for (let start = 0; start < parts * part; start += part) {
        const pieces = await evaluateAt(evaluator, taken(inputs, batchAxes, start, part), part)
        for (const piece of pieces) {
          const place = places.get(piece.name)
          const relative = checkPiece(piece, whole.get(piece.name), place, { size, start, part })
          worst.set(piece.name, Math.max(worst.get(piece.name) ?? 0, relative))
        }
      }
      for (const [name, value] of whole) {
        const place = places.get(name)
        if (place !== undefined && !samplesAlike(value, place)) differing.add(name)
      }
    }
  } finally {
    await evaluator.end()
  }
  return { worst, differing: differing.size }
}

/** Up to `most` of these, from the beginning to the end. */
function spreadOver<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  return Array.from(
    { length: most },
    (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))],
  ).filter((item) => item !== undefined)
}

/** Which batches are compared with which parts of them. A batch that was fixed at more than 1 is taken apart, too. */
function divisions(batch: number): { size: number; part: number }[] {
  const larger = multiples.map((multiple) => ({ size: multiple * batch, part: batch }))
  return batch === 1 ? larger : [...larger, { size: batch, part: 1 }]
}

function byName(values: readonly OutputValue[]): Map<string, OutputValue> {
  return new Map(values.map((value) => [value.name, value]))
}

function taken(
  inputs: readonly InputPlan[],
  batchAxes: ReadonlyMap<string, number>,
  start: number,
  count: number,
): InputPlan[] {
  return inputs.map((input) => {
    const axis = batchAxes.get(input.name)
    return axis === undefined ? input : { ...input, take: { axis, start, count } }
  })
}

/** A run that fails shows that something in the graph still holds the old batch size. */
async function evaluateAt(
  evaluator: Evaluator,
  inputs: InputPlan[],
  batchSize: number,
): Promise<OutputValue[]> {
  try {
    return (await evaluator.evaluate(inputs)).outputs
  } catch (error) {
    if (!(error instanceof BatchscopeError) || error.failure.code !== 'inference') throw error
    const { failure } = error
    throw notConvertible(`${stoppedAt(failure.detail, batchSize)} ${failureLine(failure)}`, failure.detail)
  }
}

function stoppedAt(detail: string | undefined, batchSize: number): string {
  const [, type, name] = /running (\w+) node\. Name:'([^']*)'/.exec(detail ?? '') ?? []
  if (type === undefined) return `The copy does not run at batch size ${batchSize}.`
  const node = name === undefined || name === '' ? `A ${type} node` : `Node "${name}" (${type})`
  return `${node} does not take batch size ${batchSize}.`
}

function checkPiece(
  piece: OutputValue,
  whole: OutputValue | undefined,
  place: BatchPlace | undefined,
  { size, start, part }: { size: number; start: number; part: number },
): number {
  if (whole === undefined) throw notConvertible(`Output "${piece.name}" is missing at batch size ${size}.`)
  if (piece.type === 'unknown') {
    throw notConvertible(`Output "${piece.name}" is of a type whose values cannot be compared.`)
  }
  const difference =
    place === undefined ? compareWhole(piece, whole) : comparePiece(piece, whole, place, start)
  if (difference.relative <= toleranceOf(piece)) return difference.relative
  const samples = part === 1 ? `sample ${start + 1}` : `samples ${start + 1} to ${start + part}`
  const what =
    place === undefined
      ? `Output "${piece.name}" has no batch axis, but changes with the batch`
      : `At batch size ${size}, output "${piece.name}" of ${samples} is not what ${part === 1 ? 'that sample gives' : 'those samples give'} alone`
  throw notConvertible(`${what}: it is off by ${share(difference)}.`)
}

function toleranceOf({ type }: OutputValue): number {
  return type === 'unknown' ? 0 : (tolerances[type] ?? 0)
}

function share({ relative }: Pick<OutputDifference, 'relative'>): string {
  if (relative === Infinity) return 'more than can be told as a share of it'
  return `${relative.toPrecision(2)} of its largest element`
}

function pieceSentences(worst: ReadonlyMap<string, number>, { batch, outputs }: ProofQuestion): string[] {
  const sizes = multiples.map((multiple) => multiple * batch).join(' and ')
  const parts =
    batch === 1
      ? 'its samples give one by one'
      : `its parts of ${batch} give by themselves, and at ${batch} what its samples give one by one`
  return [...worst].map(([name, relative]) =>
    outputs.has(name)
      ? `At batch sizes ${sizes}, output "${name}" is what ${parts}, ${within(relative)}.`
      : `Output "${name}" has no batch axis and is the same at every batch size.`,
  )
}

function within(relative: number): string {
  return relative === 0 ? 'exactly' : `within ${relative.toPrecision(2)} of its largest element`
}
