import type { BatchProbe } from '../contract/batch-probe.ts'
import { derivationTitles } from '../contract/derivation.ts'
import { modelLook } from '../contract/model-look.ts'
import {
  axisCertainty,
  otherOperatorSets,
  precisionWords,
  quantisationWords,
  spokenCount,
  standsOut,
} from '../contract/model-words.ts'
import type { Dimension, ModelDescription, ModelInput, ModelOutput } from '../contract/model.ts'
import { formatBytes, formatCount } from '../contract/quantity.ts'
import { formatTable } from './results-table.ts'
import { wrap, type Terminal } from './terminal.ts'

type Screen = Pick<Terminal, 'style' | 'width'>

/** What a model is, for reading: as a person would tell another who is going to run it. */
export function modelText(model: ModelDescription, terminal: Screen, probe?: BatchProbe): string {
  const { style, width } = terminal
  const paragraphs = [
    [summary(model, style), origin(model), ...standsOut(model)]
      .filter((sentence) => sentence !== '')
      .join(' '),
    ...aboutParagraphs(model),
  ].map((text) => wrap(text, width))
  const parts = [
    ...paragraphs,
    metadataTable(model, terminal),
    style('dim', `${model.path}\nsha256 ${model.sha256}`),
    tensorTable('input', model.inputs, terminal),
    wrap(batchSentences(model), width),
    tensorTable('output', model.outputs, terminal),
    wrap(probeSentences(probe, model), width),
    freeDimensionTable(model, terminal),
    wrap(`Operators: ${operators(model)}.`, width, 2),
    ...externalFiles(model),
    ...derivation(model).map((text) => wrap(text, width, 2)),
    ...model.warnings.map(
      ({ message, remedy }) =>
        `${style('yellow', 'Note:')} ${wrap(`${message} ${remedy ?? ''}`.trim(), width - 6, 6)}`,
    ),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** What running it showed; empty where a warning says already that there was nothing to try. */
function probeSentences(probe: BatchProbe | undefined, { warnings }: ModelDescription): string {
  const isTold = warnings.some(({ code }) => code === 'fixed-batch' || code === 'no-batch-axis')
  if (probe === undefined || (probe.verdict === 'fixed' && isTold)) return ''
  return `${probe.message} ${probe.hint ?? ''}`.trim()
}

/** What kind of model it seems to be, how large it is, and what it computes in. */
function summary(model: ModelDescription, style: Terminal['style']): string {
  const name = style('bold', model.name)
  const look = modelLook(model)
  const precision = precisionWords(model)
  const stored = precision === '' ? '' : ` in ${precision}`
  const nodes = `${formatCount(model.nodes)} node${model.nodes === 1 ? '' : 's'}`
  const parameters = `${spokenCount(model.parameters)} parameter${model.parameters === 1 ? '' : 's'}`
  const has = `has ${nodes} and ${parameters}${stored}; ${formatBytes(model.bytes)} in all`
  const quantised =
    model.quantisation === undefined ? '' : ` It is quantised: ${quantisationWords[model.quantisation]}.`
  return look === undefined
    ? `${name} ${has}.${quantised}`
    : `${name} looks like ${look}. It ${has}.${quantised}`
}

/** Who wrote it, for which operators. */
function origin(model: ModelDescription): string {
  const by =
    model.producer === ''
      ? 'Its producer is not named; it'
      : `It was written by ${oneLine(model.producer, 80)} and`
  const others = otherOperatorSets(model)
  const besides = others === '' ? '' : `, with nodes besides ONNX's own: ${others}`
  return `${by} uses opset ${model.opset}${besides}.`
}

/** How much of a model's own text is told, in characters: the rest is in the JSON. */
const mostText = 400

function aboutParagraphs({ about }: ModelDescription): string[] {
  if (about === undefined) return []
  const version = about.version === undefined ? '' : `version ${about.version}`
  const domain = about.domain === undefined ? '' : ` of ${oneLine(about.domain, 80)}`
  const called =
    version === '' && domain === ''
      ? []
      : [`It calls itself ${version === '' ? 'a model' : version}${domain}.`]
  if (about.text === undefined) return called
  return [...called, `It says of itself: “${oneLine(about.text, mostText)}”`]
}

/** Rows of metadata that are told; the others are counted. */
const mostMetadata = 8
const mostKey = 32

/** What the file says under names of its own, a line each. */
function metadataTable({ about }: ModelDescription, terminal: Screen): string {
  const told = (about?.metadata ?? []).slice(0, mostMetadata)
  if (told.length === 0) return ''
  const keys = told.map(({ key }) => oneLine(key, mostKey))
  const room = terminal.width - Math.max(...keys.map((key) => key.length), 'metadata'.length) - 2
  const table = formatTable(
    ['metadata', 'value'],
    ['left', 'left'],
    told.map(({ value }, row) => [keys[row] ?? '', oneLine(value, room)]),
    terminal,
  )
  return andMore(table, (about?.metadata.length ?? 0) - told.length, 'entries', terminal)
}

/** A table and how many rows were left out, which `--json` has. */
function andMore(table: string, more: number, what: string, { style }: Screen): string {
  return more > 0
    ? `${table}\n${style('dim', `and ${formatCount(more)} more ${what}; --json has them all`)}`
    : table
}

function freeDimensionTable(model: ModelDescription, terminal: Screen): string {
  if (model.freeDimensions.length === 0) return ''
  const rows = model.freeDimensions.map(({ key, places, suggested, reason }) => {
    const others = places.filter((place) => place !== key)
    const also = others.length === 0 ? undefined : `also ${nameList(others, 3)}`
    return [
      oneLine(key, mostName),
      formatCount(suggested),
      [reason, also].filter((clause) => clause !== undefined).join('; '),
    ]
  })
  const columns = rows.some((row) => row[2] !== '') ? 3 : 2
  const table = formatTable(
    ['free dimension', 'runs with', 'because'].slice(0, columns),
    (['left', 'right', 'left'] as const).slice(0, columns),
    rows.map((row) => row.slice(0, columns)),
    terminal,
  )
  const how = `Set them with --dim, for example --dim ${dimExample(model)}.`
  return `${table}\n\n${terminal.style('dim', wrap(how, terminal.width))}`
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

/** Rows of inputs or outputs that are told: a decoder has one for each key and value of each layer. */
const mostTensors = 16

function tensorTable(what: string, tensors: readonly (ModelInput | ModelOutput)[], terminal: Screen): string {
  if (tensors.length === 0) return ''
  const rows = tensors
    .slice(0, mostTensors)
    .map(({ name, type, shape, batchAxis }) => [
      oneLine(name, mostName),
      type,
      batchAxis === undefined ? 'none' : String(batchAxis),
      shapeText(shape),
    ])
  const table = formatTable(
    [what, 'type', 'batch axis', 'shape'],
    ['left', 'left', 'right', 'left'],
    rows,
    terminal,
  )
  return andMore(table, tensors.length - rows.length, `${what}s`, terminal)
}

/** Characters of a name that are told: some exporters write whole formulas. */
const mostName = 48

/** `[batch, 3, ?, ?]`. */
function shapeText(shape: readonly Dimension[]): string {
  const sizes = shape.map((dimension) => (dimension === null ? '?' : oneLine(String(dimension), mostName)))
  return `[${sizes.join(', ')}]`
}

/** Where samples are counted and how sure that is, in one paragraph; inputs of which the same is true share a sentence. */
function batchSentences({ inputs }: ModelDescription): string {
  const alike = new Map<string, { names: string[]; input: ModelInput }>()
  for (const input of inputs) {
    const key = JSON.stringify([input.batchAxis, input.batchAxisReason, input.batchAxisConfidence])
    const known = alike.get(key)
    if (known === undefined) alike.set(key, { names: [input.name], input })
    else known.names.push(input.name)
  }
  return [...alike.values()]
    .map(({ names, input: { batchAxis, batchAxisReason, batchAxisConfidence } }) => {
      const of = nameList(names, 3)
      if (batchAxis === undefined) {
        return `${of} ${names.length === 1 ? 'has' : 'have'} no batch axis: ${ended(batchAxisReason)}`
      }
      const counts =
        batchAxisConfidence === undefined ? 'counts the samples' : axisCertainty[batchAxisConfidence]
      return `Axis ${batchAxis} of ${of} ${counts}: ${ended(batchAxisReason)}`
    })
    .join(' ')
}

/** A clause as the end of a sentence. */
function ended(clause: string | undefined): string {
  return clause?.endsWith('.') === true ? clause : `${clause}.`
}

const namedOperators = 8

function operators({ operators: all }: ModelDescription): string {
  const named = all
    .slice(0, namedOperators)
    .map(({ type, count }) => `${formatCount(count)} ${oneLine(type, mostName)}`)
  const more = all.length - named.length
  if (more > 0) named.push(`and ${formatCount(more)} more kind${more === 1 ? '' : 's'}`)
  return named.join(', ')
}

/** Files of external data that are named. */
const mostFiles = 4

function externalFiles({ externalData }: ModelDescription): string[] {
  const named = externalData
    .slice(0, mostFiles)
    .map(({ path, bytes }) => `External data: ${path}, ${formatBytes(bytes)}`)
  const more = externalData.length - named.length
  if (more > 0) named.push(`and ${formatCount(more)} more files of external data`)
  return named.length === 0 ? [] : [named.join('\n')]
}

function derivation({ derivation: made }: ModelDescription): string[] {
  if (made === undefined) return []
  return [
    `Made by Batchscope from ${made.from.name} (${derivationTitles[made.kind]}).`,
    ...made.changes.map((change) => `- ${change}`),
    ...made.checks.map((check) => `- ${check}`),
  ]
}

/** `a, b, c and 5 more`. */
function nameList(all: readonly string[], most: number): string {
  const names = all.map((name) => oneLine(name, mostName))
  // Counting one more takes as much room as naming it.
  if (names.length <= most + 1) {
    return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
  }
  return `${names.slice(0, most).join(', ')} and ${formatCount(names.length - most)} more`
}

/** A text of the model's on one line, without characters that a terminal would act upon, cut off where it is long. */
function oneLine(text: string, most: number): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
