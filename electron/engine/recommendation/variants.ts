import type { Series, TrialReport } from '../../contract/analysis.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { OutputDrift } from '../../contract/output-drift.ts'
import type { VariantSummary } from '../../contract/variant-summary.ts'
import { ofReference, seriesKey } from '../experiment/configurations.ts'
import { ratiosWithinBlocks, type Ratio } from '../statistics/best-set.ts'
import { chooseBest, throughputContender, type Candidate } from './candidate.ts'

/** The descriptions of what was measured, as far as they are known. */
export interface KnownModels {
  readonly bySha256: ReadonlyMap<string, ModelDescription>
  /** SHA-256 of the experiment's own model. */
  readonly reference: string
}

/**
 * An error of more than this part of an output, by the Euclidean norm, makes it another output: no use of a model
 * forgives that, while rounding to 8 bits stays well below.
 */
const farthestClose = 0.1

/** Everything that the variants of an experiment show beside the reference; empty without variants. */
export function summariseVariants({
  spec,
  reports,
  series,
  candidates,
  models,
}: {
  spec: Pick<ExperimentSpec, 'factors' | 'rules'>
  reports: ReadonlyMap<string, TrialReport>
  series: readonly Series[]
  /** Trials whose speed counts. */
  candidates: readonly Candidate[]
  models: KnownModels | undefined
}): VariantSummary[] {
  const { variants = [] } = spec.factors
  if (variants.length === 0) return []
  const measured = new Map(candidates.map((candidate) => [candidate.report.id, candidate]))
  const ratioOf = ratiosWithinBlocks(candidates.map((each) => throughputContender(each, each.report.id)))
  const trialsOf = ({ trialIds }: Series) => trialIds.flatMap((id) => reports.get(id) ?? [])
  const bestOf = (trials: readonly TrialReport[]) =>
    chooseBest(
      trials.flatMap(({ id }) => measured.get(id) ?? []),
      'throughput',
      spec.rules.tolerance,
    )?.chosen.report.id
  const byKey = new Map(series.map((each) => [each.key, each]))
  return series.flatMap((each): VariantSummary[] => {
    const trials = trialsOf(each)
    const config = trials[0]?.config
    if (config === undefined) return []
    const { variant } = config
    const setting = seriesKey(ofReference(config))
    const reference = byKey.get(setting)
    const ofReferenceAt = new Map(
      (reference === undefined || variant === undefined ? [] : trialsOf(reference)).map((trial) => [
        trial.config.batchSize,
        trial.id,
      ]),
    )
    const rows = trials.map((trial) => {
      const other = ofReferenceAt.get(trial.config.batchSize)
      const speed = other === undefined ? undefined : ratioOf(trial.id, other)
      const worst = worstOf(trial.outputDrift ?? [])
      return { trialId: trial.id, ...(speed && { speed }), ...(worst && { worst }) }
    })
    const best = bestOf(trials)
    const bestReference =
      variant === undefined || reference === undefined ? undefined : bestOf(trialsOf(reference))
    const bestSpeed: Ratio | undefined =
      best === undefined || bestReference === undefined ? undefined : ratioOf(best, bestReference)
    const sha256 =
      variant === undefined ? models?.reference : variants.find(({ name }) => name === variant)?.modelSha256
    const model = sha256 === undefined ? undefined : models?.bySha256.get(sha256)
    return [
      {
        ...(variant !== undefined && { variant }),
        ...{ series: each.key, label: each.label, setting, rows },
        ...(model && { model: aboutModel(model) }),
        ...(best !== undefined && { bestTrialId: best }),
        ...(bestSpeed && { bestSpeed }),
        outputs: variant === undefined ? 'reference' : closenessOf(trials),
      },
    ]
  })
}

function aboutModel({ name, sha256, bytes, derivation }: ModelDescription): VariantSummary['model'] {
  return { name, sha256, bytes, ...(derivation && { kind: derivation.kind }) }
}

/** The output that is farthest off: one with values that are not finite first, then by the relative error. */
function worstOf(outputs: readonly OutputDrift[]): OutputDrift | undefined {
  const [first, ...rest] = outputs
  if (first === undefined) return undefined
  const isWorse = (one: OutputDrift, other: OutputDrift) =>
    one.notFinite > 0 === other.notFinite > 0 ? relativeError(one) > relativeError(other) : one.notFinite > 0
  return rest.reduce((one, other) => (isWorse(other, one) ? other : one), first)
}

/** Beside a reference of zeros, anything is infinitely far off. */
function relativeError({ relative, maxAbsolute }: OutputDrift): number {
  return relative ?? (maxAbsolute > 0 ? Infinity : 0)
}

function closenessOf(trials: readonly TrialReport[]): VariantSummary['outputs'] {
  let found: VariantSummary['outputs'] = 'unknown'
  for (const { outputDrift = [], outputDriftProblem } of trials) {
    if (outputDrift.length === 0) continue
    const far = outputDrift.some((each) => each.notFinite > 0 || relativeError(each) > farthestClose)
    if (far || outputDriftProblem !== undefined) return 'apart'
    found = 'close'
  }
  return found
}

/** Whether a trial may be recommended: a variant only where its outputs are known to be those of the reference. */
export function isOfKnownOutputs(
  { report }: Pick<Candidate, 'report'>,
  summaries: readonly Pick<VariantSummary, 'series' | 'outputs'>[],
): boolean {
  if (report.config.variant === undefined) return true
  const key = seriesKey(report.config)
  return summaries.some(({ series, outputs }) => series === key && outputs === 'close')
}
