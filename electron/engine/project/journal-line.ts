import * as v from 'valibot'
import {
  ProjectHeaderSchema,
  ProjectRecordSchema,
  type ProjectHeader,
  type ProjectRecord,
} from '../../contract/project.ts'

/** What one line of a journal turned out to be. */
export type JournalLine =
  | { kind: 'record'; record: ProjectRecord }
  /** Whole, but of a kind that this version does not know. */
  | { kind: 'unknown'; name: string }
  | { kind: 'damaged' }

const recordNames: ReadonlySet<string> = new Set(
  ProjectRecordSchema.options.map((option) => option.entries.record.literal),
)

/** What every header of every format version says. */
const AnyHeaderSchema = v.object({
  format: v.literal('batchscope-project'),
  formatVersion: v.number(),
  creatorVersion: v.optional(v.string()),
})

/** A record as the line that stands for it, with its line break. */
export function lineOf(record: ProjectRecord | ProjectHeader): string {
  return `${JSON.stringify('record' in record ? withoutNoise(record) : record)}\n`
}

export function readLine(text: string): JournalLine {
  const value = parseJson(text)
  if (!isObject(value) || typeof value.record !== 'string') return { kind: 'damaged' }
  if (!recordNames.has(value.record)) return { kind: 'unknown', name: value.record }
  const record = readRecord(value)
  return record === undefined ? { kind: 'damaged' } : { kind: 'record', record }
}

/** A header, a newer version's header, or `undefined` for a line that is no project header at all. */
export function readHeader(
  text: string,
  newestVersion: number,
):
  | { kind: 'header'; header: ProjectHeader }
  | { kind: 'newer'; formatVersion: number; creatorVersion?: string }
  | undefined {
  const value = parseJson(text)
  const any = v.safeParse(AnyHeaderSchema, value)
  if (any.success && any.output.formatVersion > newestVersion) return { kind: 'newer', ...any.output }
  const header = v.safeParse(ProjectHeaderSchema, value)
  return header.success ? { kind: 'header', header: header.output } : undefined
}

function readRecord(value: Record<string, unknown>): ProjectRecord | undefined {
  // The schema library looks at every number by itself, which takes most of the time of opening a project; samples
  // are by far the most of them and are checked in one loop instead.
  const execution = value.record === 'execution' ? value.execution : undefined
  if (!isObject(execution) || execution.outcome !== 'completed') return parseRecord(value)
  const { samplesMs } = execution
  if (!isNumberArray(samplesMs)) return undefined
  const record = parseRecord({ ...value, execution: { ...execution, samplesMs: [] } })
  if (record?.record !== 'execution' || record.execution.outcome !== 'completed') return undefined
  record.execution.samplesMs = samplesMs
  return record
}

function parseRecord(value: unknown): ProjectRecord | undefined {
  const result = v.safeParse(ProjectRecordSchema, value, { abortEarly: true })
  return result.success ? result.output : undefined
}

/**
 * Digits that no clock can tell are left out, which halves the file: latencies to the ns, telemetry times to the µs and
 * CPU load to 0.01 %.
 */
function withoutNoise(record: ProjectRecord): ProjectRecord {
  if (record.record === 'execution' && record.execution.outcome === 'completed') {
    const samplesMs = record.execution.samplesMs.map((sample) => rounded(sample, 1e6))
    return { ...record, execution: { ...record.execution, samplesMs } }
  }
  if (record.record === 'telemetry') {
    const samples = record.samples.map((sample) => ({
      ...sample,
      timeMs: rounded(sample.timeMs, 1e3),
      host: sample.host && { ...sample.host, cpuPercent: rounded(sample.host.cpuPercent, 100) },
    }))
    return { ...record, samples }
  }
  return record
}

function rounded(value: number, factor: number): number {
  return Math.round(value * factor) / factor
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumberArray(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false
  for (let index = 0; index < value.length; index += 1) if (typeof value[index] !== 'number') return false
  return true
}
