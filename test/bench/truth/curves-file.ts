import * as v from 'valibot'
import { fits, interpolated, type TruthCurve } from './curves.ts'
import { InputError } from '../input-error.ts'

const positive = v.pipe(
  v.number('must be a number'),
  v.check((value) => Number.isFinite(value) && value > 0, 'must be a number above 0'),
)

const fraction = v.pipe(
  v.number('must be a number'),
  v.check((value) => Number.isFinite(value) && value >= 0, 'must be 0 or more; 0.02 is 2 %'),
  v.maxValue(1, 'must be a fraction up to 1; 0.02 is 2 %'),
)

const byBatchSize = v.record(
  v.pipe(v.string(), v.regex(/^[1-9]\d*$/, 'is no batch size: it must be a whole number from 1')),
  positive,
  'must be an object of values by batch size, as { "1": 2.1, "2": 2.6 }',
)

const NoiseSchema = v.strictObject(
  {
    process: v.optional(fraction, 0.02),
    sample: v.optional(fraction, 0.05),
    autocorrelation: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.check((value) => value >= 0 && value < 1, 'must be from 0 to below 1'),
      ),
      0.3,
    ),
    drift: v.optional(v.pipe(v.number('must be a number'), v.finite('must be a number')), 0),
  },
  'must be an object as { "process": 0.02, "sample": 0.05, "autocorrelation": 0.3, "drift": 0 }',
)

const CurveSchema = v.pipe(
  v.strictObject(
    {
      name: v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty')),
      latencyMs: v.pipe(
        byBatchSize,
        v.check((listed) => Object.keys(listed).length > 1, 'needs the latency of at least two batch sizes'),
      ),
      memoryBytes: v.optional(
        v.pipe(
          byBatchSize,
          v.check((listed) => Object.keys(listed).length > 0, 'needs the memory of at least one batch size'),
        ),
      ),
      memoryCapBytes: v.optional(positive),
      noise: v.optional(NoiseSchema),
    },
    'must be an object with name and latencyMs',
  ),
  v.forward(
    v.check(
      ({ memoryBytes, memoryCapBytes }) => memoryBytes === undefined || memoryCapBytes !== undefined,
      'is missing: memoryBytes says what is needed, not what there is',
    ),
    ['memoryCapBytes'],
  ),
  v.forward(
    v.check(
      ({ memoryBytes, memoryCapBytes }) => memoryCapBytes === undefined || memoryBytes !== undefined,
      'is missing: memoryCapBytes limits nothing without it',
    ),
    ['memoryBytes'],
  ),
)

const CurvesSchema = v.pipe(
  v.array(CurveSchema, 'must be a list of curves, as [{ "name": ..., "latencyMs": { ... } }]'),
  v.nonEmpty('has no curve in it'),
)

/**
 * The curves of a file's text. Batch sizes that are not listed are interpolated. Throws InputError with one sentence that
 * names the file, the curve and the place.
 */
export function readCurves(text: string, file: string): TruthCurve[] {
  const parsed = v.safeParse(CurvesSchema, parseJson(text, file), { abortEarly: true })
  if (!parsed.success) throw new InputError(`${file}: ${sentenceOf(parsed.issues[0])}`)
  return parsed.output.map(({ name, latencyMs, memoryBytes, memoryCapBytes, noise }, index) => {
    const curve: TruthCurve = {
      name,
      latencyMs: interpolated(pointsOf(latencyMs)),
      ...(memoryBytes && { memoryBytes: interpolated(pointsOf(memoryBytes)) }),
      ...(memoryCapBytes !== undefined && { memoryCapBytes }),
      ...(noise && { noise }),
    }
    if (!fits(curve, 1)) {
      throw new InputError(
        `${file}: curve ${index + 1} ("${name}"), memoryCapBytes: not even batch size 1 fits into it.`,
      )
    }
    return curve
  })
}

function pointsOf(listed: Readonly<Record<string, number>>): [number, number][] {
  return Object.entries(listed).map(([batchSize, value]) => [Number(batchSize), value])
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? ` (${error.message})` : ''
    throw new InputError(`${file} is not JSON${why}.`)
  }
}

/** `curve 2 ("V100"), noise.autocorrelation: must be from 0 to below 1.` */
function sentenceOf(issue: v.InferIssue<typeof CurvesSchema>): string {
  const path = issue.path ?? []
  const [first, ...rest] = path
  const value: unknown = first?.value
  const name =
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
      ? ` ("${value.name}")`
      : ''
  const curve = first === undefined ? [] : [`curve ${Number(first.key) + 1}${name}`]
  const fields = rest.map(({ key }) => (/^\d/.test(String(key)) ? `"${String(key)}"` : String(key)))
  const place = [...curve, ...(fields.length > 0 ? [fields.join('.')] : [])].join(', ')
  // Valibot's own words for what strict objects find.
  const isMissing = issue.type === 'strict_object' && issue.received === 'undefined'
  const isUnknown = issue.type === 'strict_object' && issue.expected === 'never'
  const message = isUnknown ? 'is not known here' : isMissing ? 'is missing' : issue.message
  return `${place === '' ? 'the file' : `${place}:`} ${message}.`
}
