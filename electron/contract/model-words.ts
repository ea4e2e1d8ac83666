import type { ModelDescription, ModelInput } from './model.ts'
import { formatCount, formatPercent } from './quantity.ts'

/** What a model's facts mean, in the same words wherever they are told. */

/** How a quantised model computes: completes "It is quantised:". */
export const quantisationWords: Record<NonNullable<ModelDescription['quantisation']>, string> = {
  qdq: 'quantise and dequantise nodes stand around ordinary operators (QDQ)',
  qoperator: 'its operators compute on integers (QOperator)',
  dynamic: 'activations are quantised as it runs (dynamic quantisation)',
  weights: 'only its weights are stored in few bits, and it computes on reals',
}

/** A large count as a person says it: `11.7 million`. */
export function spokenCount(count: number): string {
  if (count >= 999_500_000) return `${(count / 1e9).toPrecision(3)} billion`
  if (count >= 1e6) return `${(count / 1e6).toPrecision(3)} million`
  return formatCount(count)
}

/** A type with less of the weights than this is not worth a word. */
const worthTelling = 0.01

/** Mostly shapes and indices, not weights. */
const ofShapes: readonly string[] = ['int64', 'int32', 'bool', 'string']

/** What the weights are stored in: `float32`, `uint8 (97 % of the bytes), float32`; empty where there are none. */
export function precisionWords({ weights = [] }: ModelDescription): string {
  const real = weights.filter(({ type }) => !ofShapes.includes(type))
  const all = real.reduce((sum, { bytes }) => sum + bytes, 0)
  const told = real.filter(({ bytes }) => bytes > 0 && bytes / all >= worthTelling)
  const [first, ...rest] = told.map(({ type }) => (type === 'unknown' ? 'another type' : type))
  if (first === undefined) return ''
  if (rest.length === 0) return first
  const share = formatPercent((told[0]?.bytes ?? 0) / all)
  return `${first} (${share} of the bytes), ${rest.join(', ')}`
}

/** How sure a batch axis is: completes "Axis 0 of x". */
export const axisCertainty: Record<NonNullable<ModelInput['batchAxisConfidence']>, string> = {
  certain: 'counts the samples',
  likely: 'most likely counts the samples',
  guess: 'may count the samples, which is a guess',
}

/** Operator sets that a model uses besides ONNX's own, with what that means; empty where there are none. */
export function otherOperatorSets({ operators }: ModelDescription): string {
  const counts = new Map<string, number>()
  for (const { domain, count } of operators) {
    if (domain !== '') counts.set(domain, (counts.get(domain) ?? 0) + count)
  }
  return [...counts].map(([domain, count]) => `${formatCount(count)} of ${domain}`).join(', ')
}

/** ONNX Runtime takes models of older operator sets, but says that it does not promise to. */
const oldestGoodOpset = 7

/** Operators that make values as the model runs where others have weights: exporters strip weights like that. */
const weightMakers = ['ConstantOfShape', 'RandomNormal', 'RandomUniform']

/** What stands out about a model besides its warnings: a sentence each. */
export function standsOut(model: ModelDescription): string[] {
  const { operators, subgraphs = 0, functions = [], opset, parameters, nodes } = model
  const sentences: string[] = []
  const count = (...types: string[]) =>
    operators.reduce((sum, { type, count: of }) => sum + (types.includes(type) ? of : 0), 0)
  if (opset < oldestGoodOpset) {
    sentences.push(
      `Opset ${opset} is old: ONNX Runtime promises to run models from opset ${oldestGoodOpset} on.`,
    )
  }
  const fused = operators.reduce(
    (sum, { domain, count: of }) => sum + (domain === 'com.microsoft' ? of : 0),
    0,
  )
  if (fused > 0) {
    const share = fused === nodes ? 'All' : formatCount(fused)
    sentences.push(
      `${share} of its nodes are ONNX Runtime's own (com.microsoft), so it was optimised for it and runs nowhere else.`,
    )
  }
  if (subgraphs > 0) {
    const kinds = ['If', 'Loop', 'Scan', 'SequenceMap'].filter((type) => count(type) > 0)
    const where = kinds.length === 0 ? '' : ` in ${kinds.join(', ')}`
    sentences.push(
      `It has ${formatCount(subgraphs)} subgraph${subgraphs === 1 ? '' : 's'}${where}: how long it takes may depend on the values it is fed.`,
    )
  }
  if (functions.length > 0) {
    const named = functions.slice(0, 3).map(({ name }) => name)
    const more = functions.length - named.length
    sentences.push(
      `It brings ${formatCount(functions.length)} function${functions.length === 1 ? '' : 's'} of its own: ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}.`,
    )
  }
  const makers = count(...weightMakers)
  const layers = count('Conv', 'Gemm', 'MatMul')
  if (layers >= 3 && makers >= layers && parameters < 1000 * layers) {
    sentences.push(
      `Its weights seem to have been taken out: ${formatCount(makers)} nodes make them up as it runs, so its speed may be told from it, but no results.`,
    )
  }
  return sentences
}
