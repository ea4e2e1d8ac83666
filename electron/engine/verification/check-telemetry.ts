import type { CommandResult } from '../../contract/workbench-api.ts'
import { formatNumber } from '../../contract/quantity.ts'
import type { DeviceReading, TelemetrySample } from '../../contract/telemetry.ts'
import { median } from '../statistics/quantile.ts'
import type { Tolerances } from './plan.ts'
import { nothingToJudge, type Judgement, type Sweep } from './report.ts'

/** Everything that a driver may tell of a device. */
const deviceFields = [
  ...(['memoryUsedBytes', 'memoryTotalBytes', 'utilizationPercent', 'memoryUtilizationPercent'] as const),
  ...(['powerWatts', 'temperatureCelsius', 'smClockMhz', 'memoryClockMhz', 'throttleReasons'] as const),
] satisfies (keyof DeviceReading)[]

interface TelemetrySource {
  readonly sweeps: readonly Sweep[]
  readonly histories: readonly CommandResult<'experimentHistory'>[]
  /** Index of the device; absent: the first. */
  readonly device?: number | undefined
  /** False on the CPU: readings of a device are then of no matter. */
  readonly onDevice: boolean
}

/**
 * While something is measured, the device has to be read at the least rate: that of the readings of its power within the
 * measured windows; where there is no power, of readings over whole executions that differ from the one before them, which
 * is a little less than the rate of fresh ones. On the CPU, the readings of the machine count.
 */
export function judgeTelemetry(
  { sweeps, histories, device, onDevice }: TelemetrySource,
  { readingsPerSecond: least }: Pick<Tolerances, 'readingsPerSecond'>,
): Judgement {
  const rates = histories.flatMap(({ spans, telemetry }) =>
    spans.map(({ spanMs }) => ratesWithin(telemetry, spanMs, device)),
  )
  const samples = median(rates.map((rate) => rate.samples))
  const changing = median(rates.map((rate) => rate.fresh))
  if (samples === undefined || changing === undefined) return nothingToJudge('Nothing was measured.')
  const readings = histories.flatMap(({ telemetry }) =>
    telemetry.flatMap((sample) => readingOf(sample, device) ?? []),
  )
  const untold = deviceFields.filter((field) => readings.every((reading) => reading[field] === undefined))
  const completed = sweeps.flatMap(({ trials }) => trials.filter(({ outcome }) => outcome === 'completed'))
  const inWindows = completed.flatMap(({ energy, windowMs }) =>
    energy === undefined || windowMs === undefined ? [] : [(1000 * energy.readings) / windowMs],
  )
  const fresh = Math.max(changing, median(inWindows) ?? 0)
  const withEnergy = completed.filter(({ energy }) => energy !== undefined).length
  const measuredBy = new Set(
    completed.flatMap(({ memory }) =>
      memory.devicePeakBytes === undefined ? [] : (memory.deviceMeasuredBy ?? 'difference'),
    ),
  )
  const figures = {
    ...{ samplesPerSecond: samples, freshReadingsPerSecond: fresh, leastReadingsPerSecond: least },
    ...{ readings: readings.length, fieldsNotTold: untold },
    ...{ trials: completed.length, trialsWithEnergy: withEnergy, deviceMemoryBy: [...measuredBy] },
  }
  if (readings.length === 0) {
    const sentence = `No reading of a device; the machine itself was read ${formatNumber(samples)} times a second.`
    if (onDevice) return { verdict: 'failed', sentence, figures }
    return { verdict: samples >= least ? 'passed' : 'failed', sentence, figures }
  }
  const details = [
    untold.length === 0 ? 'the driver tells every field' : `the driver does not tell ${untold.join(', ')}`,
    withEnergy === 0
      ? 'energy is not known'
      : `energy is known of ${withEnergy} of ${completed.length} trials`,
    ...(measuredBy.size === 0 ? [] : [`device memory by ${[...measuredBy].join(' and ')}`]),
  ].join('; ')
  const rate = onDevice ? fresh : samples
  const what = onDevice ? 'The device gave' : 'The machine gave'
  const sentence = `${what} ${formatNumber(rate)} fresh readings a second while measuring (at least ${least} are wanted); ${details}.`
  return { verdict: rate >= least ? 'passed' : 'failed', sentence, figures }
}

/** A second of an execution, at the least: a shorter one says nothing of a rate. */
const shortestSpanMs = 500

function ratesWithin(
  telemetry: readonly TelemetrySample[],
  [from, to]: readonly [number, number],
  device: number | undefined,
): { samples: number; fresh: number } {
  const within = telemetry.filter(({ timeMs }) => timeMs >= from && timeMs <= to)
  const seconds = Math.max(to - from, shortestSpanMs) / 1000
  let fresh = 0
  let before: string | undefined
  for (const sample of within) {
    const reading = readingOf(sample, device)
    const text = reading && JSON.stringify(reading)
    if (text !== undefined && text !== before) fresh += 1
    before = text ?? before
  }
  return { samples: within.length / seconds, fresh: fresh / seconds }
}

function readingOf({ devices }: TelemetrySample, device: number | undefined): DeviceReading | undefined {
  return device === undefined ? devices[0] : devices.find(({ index }) => index === device)
}
