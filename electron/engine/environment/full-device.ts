import { deviceFillOf, wasFull } from '../experiment/device-fill.ts'
import type { Ports } from '../ports.ts'
import { within } from './ask-host.ts'
import type { MachineFacts } from './machine-facts.ts'

/** The driver's tool tells of all devices about once in this time, in ms. */
const intervalMs = 500

/** Without a reading by then there is none to be had, in ms. */
const limitMs = 5000

/** True when hardly any memory of a device is left now; false also where nothing tells. */
export async function isFull(
  { devices: probe, clock }: Pick<Ports, 'devices' | 'clock'>,
  index: number | undefined,
  facts: Pick<MachineFacts, 'devices'>,
): Promise<boolean> {
  let hear: (usedBytes: number) => void = () => undefined
  const used = new Promise<number>((resolve) => {
    hear = resolve
  })
  const watch = probe.watch(intervalMs, (readings) => {
    const bytes = readings.find((reading) => reading.index === index)?.memoryUsedBytes
    if (bytes !== undefined) hear(bytes)
  })
  const reading = await within(clock, limitMs, used)
  void watch.stop()
  const peaks = { deviceBaselineBytes: reading?.answer }
  const fill = deviceFillOf(index, facts, peaks, [])
  return fill !== undefined && wasFull(fill)
}
