import type { ExecutionProvider, ExperimentSpec } from '../../contract/experiment.ts'
import type { DeviceReading, TelemetrySample } from '../../contract/telemetry.ts'

/** Providers that number devices as the driver's tool does. */
const driverProviders: ReadonlySet<ExecutionProvider> = new Set(['cuda', 'tensorrt'])

/**
 * Index of the only device that an experiment runs on, as the driver's tool numbers it; `undefined` where it runs on none,
 * or on one that the tool may know by another index.
 */
export function onlyDeviceOf({
  executionProviders,
  device = 0,
}: Pick<ExperimentSpec['factors'], 'executionProviders' | 'device'>): number | undefined {
  const onDevice = executionProviders.filter((provider) => provider !== 'cpu')
  return onDevice.length > 0 && onDevice.every((provider) => driverProviders.has(provider))
    ? device
    : undefined
}

/** A run's telemetry, as clients see it and as its project keeps it. */
export interface RunReadings {
  /** Each with the latest reading of every device that the run uses. */
  shown: TelemetrySample[]
  /** The same, but each reading of a device once: in the first sample after it was taken. */
  recorded: TelemetrySample[]
}

/**
 * Picks from telemetry what belongs to a run: of a machine with many devices only the one that it uses (all, without one),
 * and into its project no reading twice. Samples are to be given in their order.
 */
export function createRunReadings(
  device: number | undefined,
): (samples: readonly TelemetrySample[]) => RunReadings {
  let round: readonly DeviceReading[] | undefined
  let used: DeviceReading[] = []
  return (samples) => {
    const readings: RunReadings = { shown: [], recorded: [] }
    for (const sample of samples) {
      // Between two rounds of the driver's tool, samples hold the very same list.
      const isNew = sample.devices !== round
      if (isNew) {
        round = sample.devices
        used = device === undefined ? sample.devices : sample.devices.filter(({ index }) => index === device)
      }
      const shown = { ...sample, devices: used }
      readings.shown.push(shown)
      readings.recorded.push(isNew ? shown : { ...sample, devices: [] })
    }
    return readings
  }
}
