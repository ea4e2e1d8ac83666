import type { Device } from '../../contract/environment.ts'

/** What tells a device among others. */
type Identity = Pick<Device, 'index' | 'uuid' | 'migInstances'>

/**
 * The index by which CUDA knows a device that the driver's tool knows by another: CUDA_VISIBLE_DEVICES hides devices from
 * programs and numbers the rest anew, but not from the tool. `undefined` for a hidden one.
 *
 * As CUDA reads the variable: indexes or UUIDs (or the beginning of one), separated by commas; the first that is no device
 * ends the list. Of a device that is divided, the UUID of an instance. Indexes count in the order of the bus, as the tool's
 * do; session hosts are told to count so too.
 */
export function visibleIndex(device: Identity, variable: string | undefined): number | undefined {
  if (variable === undefined) return device.index
  const entries = variable.split(',').map((entry) => entry.trim())
  const end = entries.findIndex((entry) => !/^(\d+|GPU-[\w-]+|MIG-[\w/-]+)$/.test(entry))
  const at = (end < 0 ? entries : entries.slice(0, end)).findIndex((entry) => names(entry, device))
  return at < 0 ? undefined : at
}

function names(entry: string, { index, uuid, migInstances = [] }: Identity): boolean {
  if (/^\d+$/.test(entry)) return Number(entry) === index
  if (entry.startsWith('GPU-')) return uuid?.startsWith(entry) === true
  // Older drivers name an instance by its device: MIG-GPU-UUID/1/0.
  return migInstances.some((instance) => instance.uuid === entry) || entry.startsWith(`MIG-${uuid}/`)
}
