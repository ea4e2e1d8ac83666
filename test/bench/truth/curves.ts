/** A machine and a model as they truly are: what a benchmark of the planner measures against. */
export interface TruthCurve {
  readonly name: string
  /** Mean latency of one call in ms, by batch size. */
  latencyMs(batchSize: number): number
  /** What a batch needs, in bytes; absent where memory plays no part. */
  readonly memoryBytes?: (batchSize: number) => number
  /** What there is, in bytes. */
  readonly memoryCapBytes?: number
  /** Relative deviation of the peaks that executions report; what they need does not vary. */
  readonly peakNoise?: number
  /** The curve's own noise; without it every noise of the benchmark is tried. */
  readonly noise?: Noise
}

/** How latencies vary around the truth. All relative. */
export interface Noise {
  /** Standard deviation between executions (fresh processes). */
  readonly process: number
  /** Standard deviation between samples of one execution. */
  readonly sample: number
  /** Correlation of neighbouring samples, 0 to below 1. */
  readonly autocorrelation: number
  /** How much slower the machine has become after an hour of measuring: 0.1 for 10 %. */
  readonly drift: number
}

/** Largest batch size that anything here is measured at. */
export const largestBatch = 256

/** Items per second that a batch size truly gives; 0 where it does not fit. */
export function trueThroughput(curve: TruthCurve, batchSize: number): number {
  return fits(curve, batchSize) ? (batchSize * 1000) / curve.latencyMs(batchSize) : 0
}

export function fits({ memoryBytes, memoryCapBytes }: TruthCurve, batchSize: number): boolean {
  return memoryBytes === undefined || memoryBytes(batchSize) <= (memoryCapBytes ?? Infinity)
}

/** The highest throughput of any batch size 1..256. */
export function bestThroughput(curve: TruthCurve): number {
  let best = 0
  for (let batch = 1; batch <= largestBatch; batch++) best = Math.max(best, trueThroughput(curve, batch))
  return best
}

/** Linear between the sizes listed, and beyond the ends with the slope next to them; never below a thousandth of an end. */
export function interpolated(listed: readonly (readonly [batchSize: number, value: number])[]) {
  const points = [...listed].sort(([one], [other]) => one - other)
  return (batchSize: number): number => {
    const after = points.findIndex(([size]) => size >= batchSize)
    const at = Math.max(1, after < 0 ? points.length - 1 : after)
    const [x0, y0] = points[at - 1] ?? [1, 0]
    const [x1, y1] = points[at] ?? [x0 + 1, y0]
    const value = y0 + ((y1 - y0) * (batchSize - x0)) / (x1 - x0)
    const nearest = batchSize < x0 ? y0 : y1
    return Math.max(value, nearest / 1000)
  }
}

const mebibyte = 1024 ** 2

const affine = (overheadMs: number, perItemMs: number) => (batch: number) => overheadMs + perItemMs * batch

/** Images/s at 1, 2, 4, ... 128, as published. */
function published(name: string, imagesPerSecond: readonly number[]): TruthCurve {
  const listed = imagesPerSecond.map((rate, index) => [2 ** index, (2 ** index * 1000) / rate] as const)
  return { name, latencyMs: interpolated(listed) }
}

/**
 * Shapes that batch curves have, and four published ones: ResNet-50 with ONNX Runtime and TensorRT in FP16 (NVIDIA
 * DeepLearningExamples, its ResNet-50 Triton page).
 */
export const truthCurves: readonly TruthCurve[] = [
  { name: 'affine', latencyMs: affine(2, 0.2) },
  { name: 'affine, large overhead', latencyMs: affine(12, 0.3) },
  {
    // Past 48 items no longer fit the cache: each costs 60 % more, so that throughput has its best there.
    name: 'saturating',
    latencyMs: (batch) => affine(3, 0.25)(batch) + 0.15 * Math.max(0, batch - 48),
  },
  {
    // Work is done in tiles of eight items.
    name: 'stepped at multiples of 8',
    latencyMs: (batch) => affine(1.5, 0.15)(8 * Math.ceil(batch / 8)),
  },
  {
    // Only powers of two have a fast kernel; past 64 even they slow down.
    name: 'dipping between powers of two',
    latencyMs: (batch) =>
      (affine(2.5, 0.25)(batch) + 0.1 * Math.max(0, batch - 64)) *
      (Number.isInteger(Math.log2(batch)) ? 1 : 1.15),
  },
  { name: 'flat', latencyMs: affine(0, 3) },
  {
    name: 'memory-capped',
    latencyMs: affine(6, 0.2),
    memoryBytes: (batch) => (900 + 27 * batch) * mebibyte,
    memoryCapBytes: 5_000 * mebibyte,
  },
  published('ResNet-50, A100-80', [469, 910, 1448, 2051, 2760, 2858, 2534, 2662]),
  published('ResNet-50, V100', [352, 596, 954, 1338, 1726, 2045, 1670, 1549]),
  published('ResNet-50, A40', [492, 812, 1094, 1574, 1651, 2070, 1766, 1894]),
  published('ResNet-50, T4', [332, 499, 695, 888, 1058, 1130, 1203, 1280]),
]
