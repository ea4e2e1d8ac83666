import type { EnvironmentDifference } from '../../contract/comparison.ts'
import type { Device, Environment } from '../../contract/environment.ts'
import type { ExecutionProvider, Rules } from '../../contract/experiment.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { plainDuration, plainNumber, plainPercent } from '../report/plain-number.ts'
import { runtimeDifferences } from './runtime-differences.ts'
import type { ComparedSide } from './side.ts'

/** What a person should know before reading the numbers: everything but the configurations in which the runs differ. */
export function environmentDifferences(before: ComparedSide, after: ComparedSide): EnvironmentDifference[] {
  return [
    ...differencesOf(modelFacts(before), modelFacts(after)),
    ...runtimeDifferences(before, after),
    ...differencesOf(machineFacts(before), machineFacts(after)),
  ]
}

type Facts = ReadonlyMap<string, string>

function differencesOf(one: Facts, other: Facts): EnvironmentDifference[] {
  const names = [...new Set([...one.keys(), ...other.keys()])]
  return names.flatMap((what) => {
    const [was, is] = [one.get(what) ?? 'none', other.get(what) ?? 'none']
    return was === is ? [] : [{ what, before: was, after: is }]
  })
}

/** What was measured. */
function modelFacts({ run, spec, variants }: ComparedSide): Facts {
  const facts = new Map<string, string>()
  facts.set('model', `${run.model.name} (SHA-256 ${run.model.sha256.slice(0, 12)})`)
  for (const { name, sha256 } of variants) facts.set(`variant ${name}`, `SHA-256 ${sha256.slice(0, 12)}`)
  for (const [input, { entry, sha256 }] of Object.entries(spec.inputs ?? {})) {
    const array = entry === undefined ? '' : `array ${entry}, `
    facts.set(`values of ${input}`, `${array}SHA-256 ${sha256.slice(0, 12)}`)
  }
  return facts
}

/** Where and how it was measured, in the order in which it matters. */
function machineFacts({ environment, spec, trials }: ComparedSide): Facts {
  const { host, runtime, devices } = environment
  const facts = new Map<string, string>()
  const used = new Set(trials.map(({ config }) => config.executionProvider))
  for (const name of used) {
    const status = providerWords(environment, name)
    if (status !== undefined) facts.set(`provider ${name}`, status)
  }
  for (const device of devices) {
    facts.set(`device ${device.index}`, deviceWords(device))
    facts.set(`driver of device ${device.index}`, device.driver ?? 'unknown')
  }
  facts.set('CPU', `${host.cpu}, ${host.logicalCores} logical cores`)
  facts.set('memory', formatBytes(host.memoryBytes))
  facts.set('system', `${host.system}, ${host.architecture}`)
  facts.set('kernel', host.kernel)
  facts.set('Batchscope', runtime.batchscope)
  facts.set('Node', runtime.node.replace(/^v/, ''))
  if (runtime.electron !== undefined) facts.set('Electron', runtime.electron)
  const budget = spec.constraints.memoryBudgetBytes
  if (budget !== undefined) facts.set('memory budget', formatBytes(budget))
  for (const [what, value] of ruleFacts(spec.rules)) facts.set(what, value)
  return facts
}

/** Only where it could not be used: that it could is what its trials show. */
function providerWords({ providers }: Environment, name: ExecutionProvider): string | undefined {
  const status = providers.find((provider) => provider.name === name)
  return status === undefined || status.usable ? undefined : 'not usable'
}

function deviceWords({ name, memoryTotalBytes }: Device): string {
  return memoryTotalBytes === undefined ? name : `${name}, ${formatBytes(memoryTotalBytes)}`
}

/** The rules that change what is measured; how many executions there are is told with the configurations. */
function ruleFacts(rules: Rules): [string, string][] {
  return [
    [
      'rule: warm up at least',
      `${plainDuration(rules.warmupMinimumMs)}, ${rules.warmupMinimumSamples} samples`,
    ],
    ['rule: warm up at most', plainDuration(rules.warmupMaximumMs)],
    ['rule: steady within', plainPercent(rules.steadyTolerance)],
    [
      'rule: measure at least',
      `${plainDuration(rules.minimumMs)}, ${plainNumber(rules.minimumSamples)} samples`,
    ],
    ['rule: measure at most', plainDuration(rules.maximumMs)],
    ['rule: mean known within', `±${plainPercent(rules.relativeHalfWidth)}`],
  ]
}
