import { describe, expect, it } from 'vitest'
import type { DeviceReading, TelemetrySample } from '../../../../electron/contract/telemetry.ts'
import { judgeTelemetry } from '../../../../electron/engine/verification/check-telemetry.ts'
import { madeUpSweep, madeUpTrial } from './made-up.ts'

const system = { memoryUsedBytes: 1e9, memoryTotalBytes: 8e9 }

/** Ten samples a second for two seconds; the device is read anew every `freshMs`. */
function history(freshMs: number | undefined, fields: Partial<DeviceReading> = {}) {
  const telemetry = Array.from({ length: 20 }, (_, index): TelemetrySample => {
    const timeMs = 1000 + 100 * index
    const reading = (age: number): DeviceReading => ({ index: 0, powerWatts: 400 + age, ...fields })
    return {
      timeMs,
      system,
      devices: freshMs === undefined ? [] : [reading(Math.floor((100 * index) / freshMs))],
    }
  })
  return {
    startedMs: 0,
    telemetry,
    decisions: [],
    spans: [{ trialId: 't', spanMs: [1000, 3000] as [number, number] }],
  }
}

const judge = (histories: ReturnType<typeof history>[], onDevice = true, trials = [madeUpTrial(1)]) =>
  judgeTelemetry({ sweeps: [madeUpSweep(trials)], histories, onDevice }, { readingsPerSecond: 5 })

describe('live telemetry', () => {
  it('passes at ten fresh readings a second, and says what the driver does not tell', () => {
    const energy = { joulesPerItem: 0.3, meanWatts: 400, readings: 20 }
    const judged = judge([history(100)], true, [madeUpTrial(1, { energy }), madeUpTrial(2)])
    expect(judged.verdict).toBe('passed')
    expect(judged.figures).toMatchObject({
      freshReadingsPerSecond: 10,
      trialsWithEnergy: 1,
      deviceMemoryBy: ['process'],
    })
    expect(judged.sentence).toContain('does not tell memoryUsedBytes')
    expect(judged.sentence).toContain('energy is known of 1 of 2 trials; device memory by process')
  })

  it('fails when the device is read too seldom, however often it is repeated', () => {
    const judged = judge([history(500)])
    expect(judged).toMatchObject({
      verdict: 'failed',
      figures: { samplesPerSecond: 10, freshReadingsPerSecond: 2 },
    })
  })

  it('is not deceived by samples without a reading between two that say the same', () => {
    const often = history(100)
    const telemetry = often.telemetry.map((sample, index) => ({
      ...sample,
      devices: index % 2 === 0 ? [{ index: 0, powerWatts: 400 }] : [],
    }))
    expect(judge([{ ...often, telemetry }]).verdict).toBe('failed')
  })

  it('rests on the readings within the measured windows where power is known: before them a device idles', () => {
    const energy = { joulesPerItem: 0.3, meanWatts: 400, readings: 36 }
    const judged = judge([history(500)], true, [madeUpTrial(1, { energy, windowMs: 2000 })])
    expect(judged).toMatchObject({ verdict: 'passed', figures: { freshReadingsPerSecond: 18 } })
  })

  it('fails on a device that is not read at all', () => {
    expect(judge([history(undefined)]).verdict).toBe('failed')
  })

  it('is content with readings of the machine on the CPU', () => {
    expect(judge([history(undefined)], false).verdict).toBe('passed')
  })

  it('looks at the device that was asked for', () => {
    const two = history(100)
    const telemetry = two.telemetry.map((sample) => ({
      ...sample,
      devices: [...sample.devices, { index: 1, powerWatts: 90 }],
    }))
    const judged = judgeTelemetry(
      {
        sweeps: [madeUpSweep([madeUpTrial(1)])],
        histories: [{ ...two, telemetry }],
        device: 1,
        onDevice: true,
      },
      { readingsPerSecond: 5 },
    )
    expect(judged.verdict).toBe('failed')
  })
})
