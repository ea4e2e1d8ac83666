import type { ModelDescription } from '../../../electron/contract/model.ts'
import { modelLook } from '../../../electron/contract/model-look.ts'
import { quantisationWords } from '../../../electron/contract/model-words.ts'
import { formatBytes } from '../../../electron/contract/quantity.ts'
import type { KeyValue } from '../../components/KeyValueList.vue'
import type { Bar } from './BarList.vue'

const whole = (value: number) => value.toLocaleString('en-US')
const plural = (count: number, one: string, more: string) => `${whole(count)} ${count === 1 ? one : more}`

/** 1,234,567 as `1.23 M`; small counts in full. */
export function countText(count: number): string {
  if (count < 10_000) return whole(count)
  for (const [unit, size] of [
    ['B', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`
  }
  return whole(count)
}

/** The field's short names; `quantisationWords` says what they mean. */
const quantisationNames: Record<NonNullable<ModelDescription['quantisation']>, string> = {
  qdq: 'QDQ',
  qoperator: 'QOperator',
  dynamic: 'dynamic',
  weights: 'weights only',
}

/** So many operator sets besides the default one fit the line. */
const mostDomains = 2

/** What the model says of itself, and what is too long for a line of facts; empty where there is nothing. */
export function metadataEntries({ about, opsets }: ModelDescription): { key: string; value: string }[] {
  const text = about?.text ?? ''
  return [
    ...(text === '' ? [] : [{ key: 'Documentation', value: text }]),
    ...(about?.metadata ?? []),
    ...(opsets.length > mostDomains + 1
      ? [
          {
            key: 'Operator sets',
            value: opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', '),
          },
        ]
      : []),
  ]
}

/** Folders are told by the panel's other lines: names are enough. */
const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path

/** The facts of a model that fit a line each. What does not apply to it is left out. */
export function modelFacts(model: ModelDescription): KeyValue[] {
  const domains = model.opsets
    .filter(({ domain }) => domain !== '' && domain !== 'ai.onnx')
    .map(({ domain, version }) => `${domain} ${version}`)
  const external = model.externalData.reduce((sum, { bytes }) => sum + bytes, 0)
  const { weights = [], subgraphs = 0, functions = [], quantisation, about } = model
  const [onlyType, ...otherTypes] = weights
  const type = onlyType !== undefined && otherTypes.length === 0 ? ` ${onlyType.type}` : ''
  const look = modelLook(model)
  const facts: (KeyValue | undefined)[] = [
    when(look !== undefined, { key: 'look', label: 'Looks like', value: look ?? '' }),
    {
      key: 'parameters',
      label: 'Parameters',
      value: `${countText(model.parameters)}${type} (${formatBytes(model.parameterBytes)})`,
      title: whole(model.parameters),
    },
    { key: 'bytes', label: 'Size', value: formatBytes(model.bytes), title: `${whole(model.bytes)} bytes` },
    when(model.externalData.length > 0, {
      key: 'external',
      label: 'External data',
      value:
        model.externalData.length === 1
          ? `${nameOf(model.externalData[0]?.path ?? '')}, ${formatBytes(external)}`
          : `${plural(model.externalData.length, 'file', 'files')}, ${formatBytes(external)}`,
      title: model.externalData.map(({ path }) => path).join('\n'),
    }),
    when(quantisation !== undefined, {
      key: 'quantisation',
      label: 'Quantisation',
      value: quantisation === undefined ? '' : quantisationNames[quantisation],
      title: quantisation === undefined ? '' : quantisationWords[quantisation],
    }),
    { key: 'nodes', label: 'Nodes', value: whole(model.nodes) },
    when(subgraphs > 0, { key: 'subgraphs', label: 'Subgraphs', value: whole(subgraphs) }),
    when(functions.length > 0, { key: 'functions', label: 'Functions', value: whole(functions.length) }),
    {
      key: 'opset',
      label: 'Opset',
      // Some exporters name every domain that they know: the metadata has them all.
      value:
        domains.length > mostDomains
          ? `${model.opset}, and ${domains.length} others`
          : [String(model.opset), ...domains].join(', '),
      title: domains.join(', '),
    },
    { key: 'ir', label: 'IR version', value: String(model.irVersion) },
    { key: 'producer', label: 'Producer', value: model.producer === '' ? '–' : model.producer },
    when(about?.domain !== undefined && about.domain !== '', {
      key: 'domain',
      label: 'Domain',
      value: about?.domain ?? '',
    }),
    when(about?.version !== undefined && about.version !== 0, {
      key: 'version',
      label: 'Model version',
      value: String(about?.version),
    }),
    { key: 'graph', label: 'Graph', value: model.graphName === '' ? '–' : model.graphName },
    { key: 'sha256', label: 'SHA-256', value: model.sha256.slice(0, 12), mono: true, title: model.sha256 },
  ]
  return facts.filter((fact) => fact !== undefined)
}

const when = (holds: boolean, fact: KeyValue): KeyValue | undefined => (holds ? fact : undefined)

/** Operators, the most frequent on top. */
export const operatorBars = ({ operators }: ModelDescription): Bar[] =>
  operators.map(({ type, domain, count }) => ({
    key: `${domain}:${type}`,
    name: type,
    title: domain === '' ? type : `${domain}.${type}`,
    amount: count,
    text: whole(count),
  }))

/** Weights by element type: bytes as bars. Empty where there is but one type, which the facts name. */
export function weightBars({ weights = [] }: ModelDescription): Bar[] {
  if (weights.length < 2) return []
  return weights.map(({ type, parameters, bytes }) => ({
    key: type,
    name: type,
    title: `${plural(parameters, 'parameter', 'parameters')} of type ${type}`,
    amount: bytes,
    text: `${countText(parameters)}, ${formatBytes(bytes)}`,
  }))
}

/** The model's own functions, the largest on top. */
export const functionBars = ({ functions = [] }: ModelDescription): Bar[] =>
  functions
    .toSorted((a, b) => b.nodes - a.nodes)
    .map(({ name, domain, nodes }) => ({
      key: `${domain}:${name}`,
      name,
      title: domain === '' ? name : `${domain}.${name}`,
      amount: nodes,
      text: plural(nodes, 'node', 'nodes'),
    }))
