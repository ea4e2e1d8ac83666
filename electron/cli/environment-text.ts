import type { Device, Environment, Finding } from '../contract/environment.ts'
import type { ProviderStatus } from '../contract/provider-status.ts'
import { formatBytes } from '../contract/quantity.ts'
import type { Runtime } from '../contract/runtime.ts'
import { wrap, type Terminal } from './terminal.ts'

type Look = Pick<Terminal, 'style' | 'width'>

/** A thing that was looked at. `under` are lines of its own below the text, not broken: paths are to be copied. */
interface Row {
  state: Finding['state']
  name: string
  text: string
  under?: readonly string[]
}

const marks = { good: '✓', absent: '–', missing: '✗', wrong: '✗' } as const
const colours = { good: 'green', absent: 'dim', missing: 'red', wrong: 'red' } as const

/** What this machine offers, what is missing, and the one thing to do next. */
export function environmentText(environment: Environment, look: Look): string {
  const { providers, runtimes = [], findings = [], nextStep } = environment
  const ofRuntime = (finding: Finding) => runtimes.some(({ name }) => finding.topic === topicOf(name))
  const ofMachine = findings.filter(({ topic }) => topic === driverTopic || topic === devicesTopic)
  const others = findings.filter((finding) => !ofMachine.includes(finding) && !ofRuntime(finding))
  const sections: [string | undefined, Row[]][] = [
    [undefined, machineRows(environment, ofMachine, nextStep)],
    ['Runtimes', runtimes.map((runtime) => runtimeRow(runtime, findings, nextStep))],
    ['Libraries', others.map((finding) => findingRow(finding, nextStep))],
    ['Execution providers', providers.map((status) => providerRow(status, findings, nextStep))],
  ]
  const shown = sections.filter(([, rows]) => rows.length > 0)
  const nameWidth = Math.max(...shown.flatMap(([, rows]) => rows.map(({ name }) => name.length)))
  return [
    ...shown.map(([heading, rows]) => {
      const lines = rows.map((row) => rowText(row, nameWidth, look))
      return (heading === undefined ? lines : [look.style('bold', heading), ...lines]).join('\n')
    }),
    ...(nextStep === undefined ? [] : [nextStepText(nextStep, look)]),
  ].join('\n\n')
}

const driverTopic = 'NVIDIA driver'
const devicesTopic = 'devices'
const topicOf = (runtime: string) => `runtime ${runtime}`

function rowText({ state, name, text, under = [] }: Row, nameWidth: number, { style, width }: Look): string {
  const indent = nameWidth + 3
  const body = wrap(text, width - indent, 0).replaceAll('\n', `\n${' '.repeat(indent)}`)
  const lines = under.map((line) => `\n${' '.repeat(indent)}${line}`)
  return `${style(colours[state], marks[state])} ${name.padEnd(nameWidth)} ${body}${lines.join('')}`
}

function machineRows(environment: Environment, findings: Finding[], nextStep: string | undefined): Row[] {
  const { host, runtime, devices, deviceTelemetry } = environment
  const memory = formatBytes(host.memoryBytes)
  return [
    {
      state: 'good',
      name: 'machine',
      text: `${host.cpu}, ${host.logicalCores} logical cores, ${memory} memory`,
    },
    { state: 'good', name: 'system', text: `${host.system}, ${host.kernel}, ${host.architecture}` },
    { state: 'good', name: 'versions', text: versionWords(runtime) },
    // Devices that are there have rows of their own.
    ...findings
      .filter(({ topic, state }) => topic === driverTopic || state !== 'good')
      .map((finding) => findingRow(finding, nextStep)),
    ...devices.map(deviceRow),
    deviceTelemetry.available
      ? { state: 'good', name: 'telemetry', text: deviceTelemetry.source }
      : { state: 'absent', name: 'telemetry', text: `host only: ${deviceTelemetry.reason}` },
  ]
}

function versionWords({ batchscope, onnxruntime, node, electron }: Environment['runtime']): string {
  const words = [`batchscope ${batchscope}`, `ONNX Runtime ${onnxruntime}`, `Node ${node.replace(/^v/, '')}`]
  if (electron !== undefined) words.push(`Electron ${electron}`)
  return words.join(', ')
}

function deviceRow({ index, name, memoryTotalBytes, driver, migInstances = [] }: Device): Row {
  const memory = memoryTotalBytes === undefined ? '' : `, ${formatBytes(memoryTotalBytes)}`
  const text = `${name}${memory}${driver === undefined ? '' : `, driver ${driver}`}`
  const under = migInstances.map((instance) => `${instance.name} (${instance.uuid})`)
  return { state: 'good', name: `device ${index}`, text, under }
}

function findingRow({ topic, state, text, hint }: Finding, nextStep: string | undefined): Row {
  return { state, name: topic, ...withHint(text, hint, nextStep) }
}

/** The next step stands at the end, once. A command stands on a line of its own, whole, so that it can be copied. */
function withHint(
  text: string,
  hint: string | undefined,
  nextStep: string | undefined,
): { text: string; under: readonly string[] } {
  if (hint === undefined || hint === nextStep) return { text, under: [] }
  const { words, command } = splitCommand(hint)
  return { text: `${text} ${words}`, under: command === undefined ? [] : [command] }
}

function splitCommand(hint: string): { words: string; command?: string } {
  const [, words, command] = /^(.*?): ((?:batchscope|pip) .*)$/.exec(hint) ?? []
  return words === undefined || command === undefined ? { words: hint } : { words: `${words}:`, command }
}

function runtimeRow(runtime: Runtime, findings: readonly Finding[], nextStep: string | undefined): Row {
  const { name, onnxruntime, bytes, libraryFolders } = runtime
  const finding = findings.find(({ topic }) => topic === topicOf(name))
  const { text, under } =
    finding === undefined
      ? { text: `ONNX Runtime ${onnxruntime}.`, under: [] }
      : withHint(finding.text, finding.hint, nextStep)
  const where = bytes === undefined ? [] : [`${formatBytes(bytes)} in ${runtime.folder}`]
  return {
    ...{ state: finding?.state ?? 'good', name, text },
    under: [...under, ...where, ...libraryFolders.map((folder) => `searches ${folder}`)],
  }
}

function providerRow(
  status: ProviderStatus,
  findings: readonly Finding[],
  nextStep: string | undefined,
): Row {
  const { name } = status
  if (status.usable) {
    const text = status.runtime === undefined ? 'usable' : `usable, in the runtime ${status.runtime}`
    return { state: 'good', name, text }
  }
  // The reason may be told already, with the runtime or the library that it is about.
  const told = findings.find(({ text }) => text.includes(status.reason))
  if (told !== undefined) return { state: 'absent', name, text: `not usable: see ${told.topic}` }
  return { state: 'absent', name, ...withHint(status.reason, status.hint, nextStep) }
}

function nextStepText(nextStep: string, { style, width }: Look): string {
  const { words, command } = splitCommand(nextStep)
  const lines = [
    style('bold', 'Next'),
    wrap(words, width),
    ...(command === undefined ? [] : [`  ${command}`]),
  ]
  return lines.join('\n')
}
