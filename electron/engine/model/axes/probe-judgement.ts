import type { BatchProbe } from '../../../contract/batch-probe.ts'
import type { ModelDescription } from '../../../contract/model.ts'

/** Shapes of the outputs of one run. */
export type OutputShapes = readonly { name: string; shape: readonly number[] }[]

export type ProbeJudgement = Omit<BatchProbe, 'tried'>

interface Run {
  /** Batch size. */
  size: number
  outputs: OutputShapes
}

/** How an output went from one batch size to the other. */
type Way = { kind: 'follows'; axis: number } | { kind: 'multiple' } | { kind: 'changes' } | { kind: 'same' }

interface Seen {
  name: string
  way: Way
  /** Shapes at both batch sizes, `2 x 10`. */
  shapes: [string, string]
  known: ModelDescription['outputs'][number] | undefined
}

/** Whether the outputs of two runs at different batch sizes follow the batch. */
export function judgeOutputs(declared: ModelDescription['outputs'], one: Run, other: Run): ProbeJudgement {
  const seen = one.outputs.map(({ name, shape }): Seen => {
    const second = other.outputs.find((output) => output.name === name)?.shape ?? []
    const known = declared.find((output) => output.name === name)
    const way = wayOf(shape, second, [one.size, other.size], known?.batchAxis)
    return { name, way, shapes: [words(shape), words(second)], known }
  })
  const outputAxes = Object.fromEntries(
    seen.flatMap(({ name, way }) => (way.kind === 'follows' ? [[name, way.axis] as const] : [])),
  )
  const sizes = `${one.size} and ${other.size}`
  const still = seen.find(({ way, known }) => {
    const promised = known?.batchAxis !== undefined && known.batchAxisConfidence !== 'guess'
    return promised && (way.kind === 'same' || way.kind === 'changes')
  })
  if (still !== undefined || seen.every(({ way }) => way.kind === 'same')) {
    const worst = still ?? seen[0]
    return { verdict: 'ignores', message: ignoring(worst, sizes), hint: ignoredHint, outputAxes }
  }
  const following = seen.filter(({ way }) => way.kind === 'follows' || way.kind === 'multiple')
  if (following.length === 0) {
    return {
      verdict: 'unknown',
      message: `It ran at batch sizes ${sizes}, but the size of its outputs depends on the values that are fed, so whether they follow cannot be told.`,
      outputAxes,
    }
  }
  return { verdict: 'follows', message: followingWords(seen, following, sizes), outputAxes }
}

const ignoredHint =
  'Check the batch axes (--batch-axis INPUT=AXIS): the time of such a run says nothing of the batch.'

function ignoring(output: Seen | undefined, sizes: string): string {
  if (output === undefined) return `It ran at batch sizes ${sizes}, but it has no outputs.`
  const { name, shapes } = output
  return shapes[0] === shapes[1]
    ? `It ran at batch sizes ${sizes}, but its output "${name}" has shape ${shapes[0]} at both.`
    : `It ran at batch sizes ${sizes}, but its output "${name}" does not follow: it has shapes ${shapes.join(' and ')}.`
}

function followingWords(seen: readonly Seen[], following: readonly Seen[], sizes: string): string {
  const others = seen.filter((output) => !following.includes(output))
  const ran = `It ran at batch sizes ${sizes}, and`
  if (others.length === 0) {
    if (seen.length === 1) return `${ran} its output follows.`
    return seen.length === 2 ? `${ran} both outputs follow.` : `${ran} all ${seen.length} outputs follow.`
  }
  const follow = `${following.length} of ${seen.length} outputs ${following.length === 1 ? 'follows' : 'follow'}`
  const named = others.slice(0, 3).map(({ name }) => `"${name}"`)
  const rest = others.length > named.length ? ' and others' : ''
  return `${ran} ${follow}; ${named.join(', ')}${rest} ${others.length === 1 ? 'has' : 'have'} no batch axis.`
}

function wayOf(
  one: readonly number[],
  other: readonly number[],
  [a, b]: readonly [number, number],
  expected: number | undefined,
): Way {
  if (one.length !== other.length) return { kind: 'changes' }
  const follows = (axis: number) => one[axis] === a && other[axis] === b
  if (expected !== undefined && follows(expected)) return { kind: 'follows', axis: expected }
  const axis = one.findIndex((_, at) => follows(at))
  if (axis >= 0) return { kind: 'follows', axis }
  const isMultiple = one.some((size, at) => size > 0 && size % a === 0 && (other[at] ?? 0) * a === size * b)
  if (isMultiple) return { kind: 'multiple' }
  return one.every((size, at) => size === other[at]) ? { kind: 'same' } : { kind: 'changes' }
}

const words = (shape: readonly number[]) => (shape.length === 0 ? 'of a scalar' : shape.join(' x '))
