import * as v from 'valibot'

const FiguresSchema = v.object({
  calls: v.number(),
  itemsPerSecond: v.number(),
  medianMs: v.number(),
})

/** A line of what resources/verification/torch-loop.py prints. */
const LineSchema = v.variant('line', [
  v.object({ line: v.literal('unavailable'), reason: v.string() }),
  v.object({
    line: v.literal('settings'),
    python: v.string(),
    torch: v.string(),
    cuda: v.nullable(v.string()),
    cudnn: v.nullable(v.number()),
    device: v.string(),
    tf32: v.object({ matmul: v.boolean(), cudnn: v.boolean() }),
    cudnnBenchmark: v.boolean(),
  }),
  v.object({
    line: v.literal('row'),
    model: v.string(),
    batch: v.number(),
    outcome: v.picklist(['completed', 'out-of-memory', 'no-time']),
    parameters: v.optional(v.number()),
    resident: v.optional(FiguresSchema),
    fed: v.optional(FiguresSchema),
    peakAllocatedBytes: v.optional(v.number()),
    peakReservedBytes: v.optional(v.number()),
  }),
  v.object({ line: v.literal('end'), seconds: v.number() }),
])
type Line = v.InferOutput<typeof LineSchema>
export type TorchSettings = Omit<Extract<Line, { line: 'settings' }>, 'line'>
export type TorchLoopRow = Omit<Extract<Line, { line: 'row' }>, 'line'>

/** What the script measured until it ended, or was ended. */
export interface TorchLoop {
  readonly unavailable?: string
  readonly settings?: TorchSettings
  readonly rows: readonly TorchLoopRow[]
  /** True when it came to its end by itself. */
  readonly complete: boolean
}

/** Reads what the script printed; lines that are none of its own (warnings of libraries, a torn last one) are left out. */
export function readTorchLoop(output: string): TorchLoop {
  const lines = output.split('\n').flatMap((text): Line[] => {
    const parsed = v.safeParse(LineSchema, json(text))
    return parsed.success ? [parsed.output] : []
  })
  const unavailable = lines.find((line) => line.line === 'unavailable')
  const settings = lines.find((line) => line.line === 'settings')
  return {
    ...(unavailable && { unavailable: unavailable.reason }),
    ...(settings && { settings }),
    rows: lines.filter((line) => line.line === 'row'),
    complete: lines.some((line) => line.line === 'end'),
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
