import type { ExperimentDraft, ExperimentSpec } from '../../contract/experiment.ts'
import type { ProjectState } from '../project/state.ts'
import { seriesConfigurations } from './configurations.ts'
import { planTrial, type TrialModels } from './plan-trial.ts'

/** `e1`, `e2`, ...: the next one that no experiment of this project has. */
export function newExperimentId({ experiments }: ProjectState): string {
  const taken = [...experiments.keys()].map((id) => Number(id.slice(1))).filter(Number.isFinite)
  return `e${Math.max(0, ...taken) + 1}`
}

/** What an experiment is called until someone renames it: its factors, as they were typed. */
export function experimentName(draft: ExperimentDraft, spec: ExperimentSpec): string {
  const batch = draft.batch?.trim()
  const parts = [
    `batch ${batch === undefined || batch === '' ? 'auto' : batch}`,
    spec.factors.executionProviders.join(', '),
  ]
  if (spec.factors.threads.length > 0) parts.push(`threads ${spec.factors.threads.join(', ')}`)
  const runtimes = namedRuntimes(draft, spec)
  if (runtimes.length > 0)
    parts.push(`${runtimes.length === 1 ? 'runtime' : 'runtimes'} ${runtimes.join(', ')}`)
  const name = parts.join(' on ').replace(/ on (threads|runtimes?)/g, ', $1')
  const variants = (spec.factors.variants ?? []).map((variant) => variant.name)
  return variants.length === 0 ? name : `${name}, beside ${variants.join(', ')}`
}

/** Runtimes that were asked for by name; those that a provider needs anyway are no factor. */
function namedRuntimes({ runtimes: text }: ExperimentDraft, { factors }: ExperimentSpec): string[] {
  if (text === undefined || text.trim() === '') return []
  return [...new Set(Object.values(factors.runtimes ?? {}).flat())]
}

/**
 * Finds out before anything is started whether every configuration can be fed.
 * Throws the BatchscopeError of the first that cannot.
 */
export function checkRunnable(models: TrialModels, spec: ExperimentSpec): void {
  const { batchSizes } = spec.factors
  const sizes = batchSizes.kind === 'list' ? batchSizes.values : [1]
  for (const series of seriesConfigurations(spec)) {
    for (const batchSize of sizes) planTrial(models, { ...series, batchSize }, spec)
  }
}
