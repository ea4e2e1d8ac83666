import * as v from 'valibot'

/** One reading of one device. A field that the driver does not tell is absent. */
export const DeviceReadingSchema = v.object({
  index: v.number(),
  memoryUsedBytes: v.optional(v.number()),
  memoryTotalBytes: v.optional(v.number()),
  /** What the driver tells of the session host's own process on this device. */
  hostMemoryBytes: v.optional(v.number()),
  /** 0 to 100. */
  utilizationPercent: v.optional(v.number()),
  memoryUtilizationPercent: v.optional(v.number()),
  powerWatts: v.optional(v.number()),
  temperatureCelsius: v.optional(v.number()),
  smClockMhz: v.optional(v.number()),
  memoryClockMhz: v.optional(v.number()),
  /** The driver's active throttle reasons, in words; empty when it says none. */
  throttleReasons: v.optional(v.array(v.string())),
})
export type DeviceReading = v.InferOutput<typeof DeviceReadingSchema>

/** One reading of the machine. Times are ms on the engine's monotonic clock, the same for samples and trials. */
export const TelemetrySampleSchema = v.object({
  timeMs: v.number(),
  /** The session host being measured; absent between executions. */
  host: v.optional(
    v.object({
      residentBytes: v.number(),
      /** 100 is one core. */
      cpuPercent: v.number(),
    }),
  ),
  system: v.object({ memoryUsedBytes: v.number(), memoryTotalBytes: v.number() }),
  /**
   * While something is measured, the latest reading of each device that is used. In a project, each reading stands in one
   * sample only, the first after it was taken: none means that nothing new was read since the sample before.
   */
  devices: v.array(DeviceReadingSchema),
  /** Why no device can be read at present, one sentence; absent while they can, and where there are none. */
  devicesProblem: v.optional(v.string()),
})
export type TelemetrySample = v.InferOutput<typeof TelemetrySampleSchema>
