import type { TrialConfig } from '../../contract/trial.ts'
import type { TelemetryOptions } from '../telemetry.ts'

/** Ten times a second and a little more, so that a late timer still gives 10 Hz. */
const processorIntervalMs = 80

/** Where a device is measured: everything 20 times a second, and who is on it 10 times. */
const onDevice: TelemetryOptions = { intervalMs: 50, userIntervalMs: 100 }

/** Where none is, devices are read for the eye, and their driver's tool takes little of the processor's time. */
const elsewhere: TelemetryOptions = { intervalMs: processorIntervalMs, deviceIntervalMs: 500 }

/**
 * The device that a configuration runs on, as the driver's tool counts: the first unless another is named. `undefined` for
 * everything but CUDA and TensorRT: other providers number devices in their own way, and may run on one of another maker.
 */
export function driverDeviceOf({
  executionProvider,
  device = 0,
}: Pick<TrialConfig, 'executionProvider' | 'device'>): number | undefined {
  return executionProvider === 'cuda' || executionProvider === 'tensorrt' ? device : undefined
}

/** How often what is read while a configuration is measured. */
export function telemetryIntervals(
  config: Pick<TrialConfig, 'executionProvider' | 'device'>,
): TelemetryOptions {
  return driverDeviceOf(config) === undefined ? elsewhere : onDevice
}
