import type { Environment } from '../contract/environment.ts'
import { formatBytes } from '../contract/quantity.ts'
import { wrap, type Terminal } from './terminal.ts'

/** What this machine offers, what is missing and what to do about it. */
export function environmentText(
  environment: Environment,
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): string {
  const { host, runtime, devices, providers, deviceTelemetry } = environment
  const good = style('green', '✓')
  const missing = style('dim', '–')
  const row = (mark: string, name: string, text: string) =>
    `${mark} ${name.padEnd(11)} ${wrap(text, width - 14, 14)}`
  const lines = [
    row(
      good,
      'machine',
      `${host.cpu}, ${host.logicalCores} logical cores, ${formatBytes(host.memoryBytes)} memory`,
    ),
    row(good, 'system', `${host.system}, ${host.kernel}, ${host.architecture}`),
    row(good, 'runtime', runtimeWords(runtime)),
    ...devices.map(({ index, name, memoryTotalBytes, driver }) => {
      const memory = memoryTotalBytes === undefined ? '' : `, ${formatBytes(memoryTotalBytes)}`
      return row(
        good,
        `device ${index}`,
        `${name}${memory}${driver === undefined ? '' : `, driver ${driver}`}`,
      )
    }),
    deviceTelemetry.available
      ? row(good, 'telemetry', deviceTelemetry.source)
      : row(missing, 'telemetry', `host only: ${deviceTelemetry.reason}`),
    '',
    style('bold', 'Execution providers'),
    ...providers.map((provider) =>
      provider.usable
        ? row(good, provider.name, 'usable')
        : row(missing, provider.name, `${provider.reason} ${provider.hint ?? ''}`.trim()),
    ),
    '',
    nextStep(environment),
  ]
  return lines.join('\n')
}

function runtimeWords({ batchscope, onnxruntime, node, electron }: Environment['runtime']): string {
  const words = [`batchscope ${batchscope}`, `ONNX Runtime ${onnxruntime}`, `Node ${node.replace(/^v/, '')}`]
  if (electron !== undefined) words.push(`Electron ${electron}`)
  return words.join(', ')
}

function nextStep({ providers }: Environment): string {
  const usable = providers.filter((provider) => provider.usable).map(({ name }) => name)
  if (usable.length === 0) {
    return 'No execution provider can be used, so nothing can be measured here. Reinstall with `npm ci`.'
  }
  return `Ready to measure on ${usable.join(', ')}: batchscope run MODEL.onnx --ep ${usable.join(',')}`
}
