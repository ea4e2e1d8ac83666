import type { Device } from '../../../electron/contract/environment.ts'
import { indexedProviders } from '../../../electron/contract/experiment.ts'
import { formatBytes } from '../../../electron/contract/quantity.ts'
import type { DraftFields } from '../../stores/draft-text.ts'

/** The devices to choose from, by index, name and memory. */
export function deviceOptions(devices: readonly Device[]): { value: string; text: string }[] {
  return [
    { value: '', text: 'The first one' },
    ...devices.map(({ index, name, memoryTotalBytes }) => ({
      value: String(index),
      text: `${index}: ${name}${memoryTotalBytes === undefined ? '' : `, ${formatBytes(memoryTotalBytes)}`}`,
    })),
  ]
}

/** True where a chosen provider runs on a device, and there are several; also while one was chosen. */
export function hasChoiceOfDevice(
  devices: readonly Device[],
  { executionProviders, device }: Pick<DraftFields, 'executionProviders' | 'device'>,
): boolean {
  const usesDevice = executionProviders.some((chosen) =>
    [...indexedProviders].some((name) => name === chosen),
  )
  return usesDevice && (devices.length > 1 || device !== '')
}
