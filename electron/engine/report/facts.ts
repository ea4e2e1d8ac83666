import type { Environment } from '../../contract/environment.ts'
import { derivationTitles } from '../../contract/derivation.ts'
import { sloPhrase, type ExperimentSpec, type InputFile } from '../../contract/experiment.ts'
import type { Dimension, ModelDescription, ModelInput, ModelOutput } from '../../contract/model.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import { runtimeVersion } from '../runtimes/runtime-version.ts'
import { plainDuration, plainNumber, plainPercent } from './plain-number.ts'
import type { ReportInput } from './report-input.ts'

/** A name and what is to be said of it. */
export type Fact = readonly [label: string, text: string]

export function modelFacts(model: ModelDescription): Fact[] {
  const top = model.operators.slice(0, 6).map(({ type, count }) => `${type} × ${count}`)
  return [
    ['File', model.name],
    ['SHA-256', model.sha256],
    ...madeFact(model),
    ['Size', `${formatBytes(model.bytes)}, ${plainNumber(model.parameters)} parameters`],
    ['Opset', `${model.opset}${model.producer === '' ? '' : `, written by ${model.producer}`}`],
    ['Inputs', model.inputs.map(tensorWords).join('\n')],
    ['Outputs', model.outputs.map(tensorWords).join('\n')],
    [
      'Operators',
      `${plainNumber(model.nodes)} nodes: ${top.join(', ')}${model.operators.length > 6 ? ' …' : ''}`,
    ],
  ]
}

/** What the model was made from, and what was shown of it; nothing for models that Batchscope did not make. */
function madeFact({ derivation }: ModelDescription): Fact[] {
  if (derivation === undefined) return []
  const { kind, from, checks } = derivation
  const made = `from ${from.name} by Batchscope (${derivationTitles[kind]}), SHA-256 ${from.sha256}`
  return [['Made', [made, ...checks].join('\n')]]
}

/** The models measured beside it: file, size, and how each was made where Batchscope made it. */
export function variantFacts({ variants }: Pick<ReportInput, 'variants'>): Fact[] {
  return [...variants].map(([name, { name: file, sha256, bytes, derivation }]): Fact => {
    const made = derivation === undefined ? '' : `, made by Batchscope (${derivationTitles[derivation.kind]})`
    const lines = [
      `${file}, ${formatBytes(bytes)}${made}`,
      `SHA-256 ${sha256}`,
      ...(derivation?.checks ?? []),
    ]
    return [`Variant ${name}`, lines.join('\n')]
  })
}

/** The machine and its software; `runtimes` are those that were asked for. */
export function environmentFacts(
  environment: Environment,
  { runtimes }: Pick<ExperimentSpec['factors'], 'runtimes'>,
): Fact[] {
  const { host, runtime, devices, providers, deviceTelemetry } = environment
  const electron = runtime.electron === undefined ? '' : `, Electron ${runtime.electron}`
  const others = [...new Set(Object.values(runtimes ?? {}).flat())].filter((name) => name !== builtInRuntime)
  return [
    [
      'Machine',
      `${host.cpu}, ${host.logicalCores} logical cores, ${formatBytes(host.memoryBytes)} of memory`,
    ],
    ['System', `${host.system}, kernel ${host.kernel}, ${host.architecture}`],
    [
      'Runtime',
      [
        `ONNX Runtime ${runtime.onnxruntime}, Batchscope ${runtime.batchscope}, Node ${runtime.node}${electron}`,
        ...others.map((name) => `${name}: ONNX Runtime ${runtimeVersion(environment, name)}`),
      ].join('\n'),
    ],
    [
      'Providers',
      providers
        .map((provider) =>
          provider.usable ? provider.name : `${provider.name} (not usable: ${provider.reason})`,
        )
        .join('\n'),
    ],
    ['Devices', devices.length === 0 ? 'none' : devices.map(deviceWords).join('\n')],
    [
      'Telemetry',
      deviceTelemetry.available ? deviceTelemetry.source : `none of devices: ${deviceTelemetry.reason}`,
    ],
  ]
}

/** What was asked for: factors, the user's own inputs, constraints and seed. */
export function experimentFacts(spec: ExperimentSpec): Fact[] {
  const { factors, constraints, seed, batchAxes, inputs = {} } = spec
  const { batchSizes } = factors
  const facts: Fact[] = [
    ['Batch sizes', batchSizeWords(batchSizes)],
    ['Providers', factors.executionProviders.join(', ')],
  ]
  if (factors.runtimes !== undefined) facts.push(['Runtimes', runtimeFactorWords(factors)])
  if (factors.threads.length > 0) facts.push(['Threads', factors.threads.join(', ')])
  if (factors.variants !== undefined) {
    facts.push(['Variants', factors.variants.map(({ name }) => name).join(', ')])
  }
  for (const [key, values] of Object.entries(factors.dims)) facts.push([key, values.join(', ')])
  for (const [input, axis] of Object.entries(batchAxes)) {
    facts.push([`Batch axis of ${input}`, axis === null ? 'none' : String(axis)])
  }
  for (const [input, file] of Object.entries(inputs)) facts.push([`Values of ${input}`, fileWords(file)])
  if (constraints.slo) facts.push(['Latency bound', sloPhrase(constraints.slo)])
  if (constraints.memoryBudgetBytes !== undefined) {
    facts.push([
      'Memory budget',
      `${formatBytes(constraints.memoryBudgetBytes)} for the session host, enforced by the system`,
    ])
  }
  if (constraints.timeBudgetMs !== undefined) {
    facts.push(['Time budget', `${plainDuration(constraints.timeBudgetMs)} of measuring`])
  }
  if (constraints.boundaryGranularity !== undefined) {
    facts.push(['Memory boundary', `to within ${plainNumber(constraints.boundaryGranularity)}`])
  }
  facts.push(['Seed', String(seed)])
  return facts
}

/** How the numbers came about, in sentences. `clocks` are the names of the clocks that timed the samples. */
export function measuringSentences(spec: ExperimentSpec, clocks: readonly string[]): string[] {
  const { rules, factors } = spec
  const searched =
    factors.batchSizes.kind === 'auto'
      ? ` The search gave fewer to batch sizes that it set aside early, up to ${rules.mostExecutions} to those that it could not tell apart, and was to end when the best is known within ${plainPercent(rules.tolerance)} at 95 %.`
      : ''
  const ms = plainDuration
  const executions = rules.executions === 1 ? 'one execution' : `${rules.executions} executions`
  return [
    `Every configuration was measured in ${executions}, each a fresh process, interleaved with the others in blocks and in random order, so that drift falls on all alike.${searched}`,
    `Inputs were built once, before timing. The first inference is not among the samples.`,
    `Warm-up lasted until the medians of the last two windows agreed within ${plainPercent(rules.steadyTolerance)}, after at least ${rules.warmupMinimumSamples} samples and ${ms(rules.warmupMinimumMs)}, and no longer than ${ms(rules.warmupMaximumMs)}.`,
    `Measuring lasted until the 95 % interval of the mean latency was within ±${plainPercent(rules.relativeHalfWidth)}, after at least ${rules.minimumSamples} samples and ${ms(rules.minimumMs)}, and no longer than ${ms(rules.maximumMs)}.`,
    `Latency is the wall time of one call, feeding and fetching included${clocks.length === 0 ? '' : `, by ${clocks.join(' and ')}`}. Throughput is batch size × samples per wall time of the measured window.`,
    `Intervals are 95 % intervals over executions (Student's t), with the variation inside them taken from blocks of neighbouring samples; where a trial has few executions, they lean on how executions of the other trials differ. Percentiles follow Hyndman and Fan's type 7; an asterisk marks a p99 that the samples are too few to carry at 99 % confidence.`,
    ...memorySentences(spec),
  ]
}

/** `built-in, onnxruntime@1.30.0`; by provider where they differ: `cpu: built-in`, `cuda: cuda13`. */
function runtimeFactorWords({ executionProviders, runtimes = {} }: ExperimentSpec['factors']): string {
  const lists = executionProviders.map((provider) => (runtimes[provider] ?? [builtInRuntime]).join(', '))
  const [first] = lists
  if (first !== undefined && lists.every((list) => list === first)) return first
  return lists.map((list, index) => `${executionProviders[index]}: ${list}`).join('\n')
}

function memorySentences({ factors }: Pick<ExperimentSpec, 'factors'>): string[] {
  const onHost = 'on the CPU the peak resident set of the process'
  if (factors.executionProviders.every((provider) => provider === 'cpu')) return [`Memory is ${onHost}.`]
  return [
    `Memory is the peak of the device: what the driver told of the process itself, ten times a second, where it did; else what the whole device had in use, twenty times a second, less its baseline before the session was created. It is ${onHost}.`,
    `Energy, where the driver told the power, is the mean power of the whole device over the measured window (trapezoidal rule) times the window, per item.`,
  ]
}

/** `photos.npz, array pixels, 8 × 3 × 224 × 224, SHA-256 ...`. */
function fileWords({ path, entry, shape, sha256 }: InputFile): string {
  const name = path.split(/[/\\]/).at(-1) ?? path
  const array = entry === undefined ? '' : `, array ${entry}`
  const sizes = shape.length === 0 ? 'a scalar' : shape.join(' × ')
  return `${name}${array}, ${sizes}, SHA-256 ${sha256}`
}

function batchSizeWords(batchSizes: ExperimentSpec['factors']['batchSizes']): string {
  if (batchSizes.kind === 'list') return batchSizes.values.join(', ')
  return batchSizes.maximum === undefined
    ? 'searched for'
    : `searched for, up to ${plainNumber(batchSizes.maximum)}`
}

function tensorWords(tensor: ModelInput | ModelOutput): string {
  const shape = tensor.shape.map(dimensionWords).join(' × ')
  const axis = tensor.batchAxis === undefined ? 'no batch axis' : `batch axis ${tensor.batchAxis}`
  return `${tensor.name}: ${tensor.type}${shape === '' ? '' : ` ${shape}`}, ${axis}`
}

function dimensionWords(dimension: Dimension): string {
  return dimension === null ? '?' : String(dimension)
}

function deviceWords(device: Environment['devices'][number]): string {
  const memory = device.memoryTotalBytes === undefined ? '' : `, ${formatBytes(device.memoryTotalBytes)}`
  const driver = device.driver === undefined ? '' : `, driver ${device.driver}`
  return `${device.index}: ${device.name}${memory}${driver}`
}
