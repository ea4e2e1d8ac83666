import type { ModelDescription } from '../../../electron/contract/model.ts'
import { formatBytes } from '../../../electron/contract/quantity.ts'
import type { KeyValue } from '../../components/KeyValueList.vue'

const whole = (value: number) => value.toLocaleString('en-US')

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

/** The facts of a model that fit a line each. */
export function modelFacts(model: ModelDescription): KeyValue[] {
  const domains = model.opsets
    .filter(({ domain }) => domain !== '' && domain !== 'ai.onnx')
    .map(({ domain, version }) => `${domain} ${version}`)
  const external = model.externalData.reduce((sum, { bytes }) => sum + bytes, 0)
  return [
    {
      key: 'parameters',
      label: 'Parameters',
      value: `${countText(model.parameters)} (${formatBytes(model.parameterBytes)})`,
      title: whole(model.parameters),
    },
    { key: 'bytes', label: 'Size', value: formatBytes(model.bytes), title: `${whole(model.bytes)} bytes` },
    ...(model.externalData.length > 0
      ? [
          {
            key: 'external',
            label: 'External data',
            value: `${model.externalData.length} ${model.externalData.length === 1 ? 'file' : 'files'}, ${formatBytes(external)}`,
            title: model.externalData.map(({ path }) => path).join('\n'),
          },
        ]
      : []),
    { key: 'opset', label: 'Opset', value: [String(model.opset), ...domains].join(', ') },
    { key: 'nodes', label: 'Nodes', value: whole(model.nodes) },
    { key: 'producer', label: 'Producer', value: model.producer === '' ? '–' : model.producer },
    { key: 'graph', label: 'Graph', value: model.graphName === '' ? '–' : model.graphName },
    { key: 'ir', label: 'IR version', value: String(model.irVersion) },
    { key: 'sha256', label: 'SHA-256', value: model.sha256.slice(0, 12), mono: true, title: model.sha256 },
  ]
}
