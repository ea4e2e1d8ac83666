import type { ExecutionProvider } from '../../contract/experiment.ts'
import { readWhole, refused, understood, type Here, type Reading } from './draft-reading.ts'

/** Providers whose devices are those that the NVIDIA driver lists. */
const ofNvidia: readonly ExecutionProvider[] = ['cuda', 'tensorrt']

/**
 * The index of the device to run on. With `here`, one that the driver does not list is refused, with those that it does;
 * where it lists none, nothing is known of them.
 */
export function readDevice(
  text: string,
  providers: readonly ExecutionProvider[],
  here: Pick<Here, 'devices'> | undefined,
): Reading<number> {
  const reading = readWhole(text, { what: 'Device', least: 0, most: 255 })
  if (!reading.ok || here === undefined || here.devices.length === 0) return reading
  const index = reading.value
  if (!providers.some((provider) => ofNvidia.includes(provider))) return reading
  if (here.devices.some((device) => device.index === index)) return understood(index)
  const listed = here.devices.map((device) => `${device.index} (${device.name})`)
  const indices = here.devices.map((device) => device.index)
  return refused(
    `There is no device ${index}: this machine has ${list(listed, 'and')}.`,
    `Use ${list(indices.map(String), 'or')}.`,
  )
}

/** `a`, `a or b`, `a, b or c`. */
function list(things: readonly string[], word: 'and' | 'or'): string {
  const last = things.at(-1) ?? ''
  return things.length < 2 ? last : `${things.slice(0, -1).join(', ')} ${word} ${last}`
}
