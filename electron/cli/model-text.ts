import { formatBytes } from '../contract/quantity.ts'
import type { Dimension, ModelDescription, ModelInput, ModelOutput } from '../contract/model.ts'
import { formatTable } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'

/** What a model is, for reading. */
export function modelText(model: ModelDescription, terminal: Pick<Terminal, 'style' | 'width'>): string {
  const { style, width } = terminal
  const parts = [
    wrap(summary(model, style), width),
    style('dim', `${model.path}\nsha256 ${model.sha256}`),
    tensorTable('input', model.inputs, terminal),
    wrap(batchSentence(model.inputs), width),
    tensorTable('output', model.outputs, terminal),
  ]
  if (model.freeDimensions.length > 0) {
    const rows = model.freeDimensions.map(({ key, places, suggested }) => [
      key,
      String(suggested),
      places.filter((place) => place !== key).join(', '),
    ])
    const head = ['free dimension', 'runs with', 'also as']
    const columns = rows.some((row) => row[2] !== '') ? 3 : 2
    parts.push(
      formatTable(
        head.slice(0, columns),
        (['left', 'right', 'left'] as const).slice(0, columns),
        rows.map((row) => row.slice(0, columns)),
        terminal,
      ),
      style('dim', wrap(`Set them with --dim, for example --dim ${dimExample(model)}.`, width)),
    )
  }
  parts.push(wrap(`Operators: ${operators(model)}.`, width, 2))
  for (const { path, bytes } of model.externalData)
    parts.push(`External data: ${path}, ${formatBytes(bytes)}`)
  for (const { message, remedy } of model.warnings) {
    parts.push(`${style('yellow', 'Note:')} ${wrap(`${message} ${remedy ?? ''}`.trim(), width - 6, 6)}`)
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

/** What kind of model it is, in one sentence. */
function summary(model: ModelDescription, style: Terminal['style']): string {
  const nodes = model.nodes === 1 ? '1 node' : `${model.nodes.toLocaleString('en-US')} nodes`
  const origin = model.producer === '' ? '' : `, written by ${model.producer}`
  const size = `${amount(model.parameters)} parameters in ${nodes}, ${formatBytes(model.bytes)}`
  return `${style('bold', model.name)} has ${size}; opset ${model.opset}${origin}.`
}

/** The shortest way to name the first free dimension. */
function dimExample({ freeDimensions }: ModelDescription): string {
  const [first] = freeDimensions
  if (first === undefined) return ''
  const name = [first.key, ...first.places].reduce((short, other) =>
    other.length < short.length ? other : short,
  )
  return `${name}=${first.suggested}`
}

function tensorTable(
  what: string,
  tensors: readonly (ModelInput | ModelOutput)[],
  terminal: Pick<Terminal, 'style' | 'width'>,
): string {
  if (tensors.length === 0) return ''
  return formatTable(
    [what, 'type', 'batch axis', 'shape'],
    ['left', 'left', 'right', 'left'],
    tensors.map(({ name, type, shape, batchAxis }) => [
      name,
      type,
      batchAxis === undefined ? 'none' : String(batchAxis),
      shapeText(shape),
    ]),
    terminal,
  )
}

/** `[batch, 3, ?, ?]`. */
function shapeText(shape: readonly Dimension[]): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`
}

/** Where samples are counted, in one paragraph. */
function batchSentence(inputs: readonly ModelInput[]): string {
  return inputs
    .map(({ name, batchAxis, batchAxisReason }) =>
      batchAxis === undefined
        ? `${name} has no batch axis: ${batchAxisReason}.`
        : `Axis ${batchAxis} of ${name} counts the samples: ${batchAxisReason}.`,
    )
    .join(' ')
    .replaceAll('..', '.')
}

const namedOperators = 8

function operators({ operators: all }: ModelDescription): string {
  const named = all.slice(0, namedOperators).map(({ type, count }) => `${count} ${type}`)
  const more = all.length - named.length
  if (more > 0) named.push(`and ${more} more kind${more === 1 ? '' : 's'}`)
  return named.join(', ')
}

/** A large count as a person says it: `11.7 million`. */
function amount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toPrecision(3)} billion`
  if (count >= 1e6) return `${(count / 1e6).toPrecision(3)} million`
  return count.toLocaleString('en-US')
}
