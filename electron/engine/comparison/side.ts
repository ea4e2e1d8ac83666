import type { Analysis, TrialReport } from '../../contract/analysis.ts'
import type { ComparedRun } from '../../contract/comparison.ts'
import type { Environment } from '../../contract/environment.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { RunDocument } from '../../contract/run-document.ts'
import type { ExperimentState } from '../project/state.ts'

/** One of the two runs to be compared. */
export interface ComparedSide {
  readonly run: ComparedRun
  readonly environment: Environment
  readonly spec: Pick<ExperimentSpec, 'rules' | 'constraints' | 'inputs'>
  readonly trials: readonly TrialReport[]
  /** The models measured beside the run's own. */
  readonly variants: readonly { readonly name: string; readonly sha256: string }[]
}

/** A run as a project file holds it. */
export function sideOfExperiment(
  projectName: string,
  experiment: ExperimentState,
  model: Pick<ModelDescription, 'name' | 'sha256'>,
  analysis: Analysis,
): ComparedSide {
  const { spec, environment, started } = experiment.record
  return {
    run: {
      source: projectName,
      experiment: experiment.name,
      started,
      model: { name: model.name, sha256: model.sha256 },
    },
    environment,
    spec,
    trials: analysis.trials,
    variants: (spec.factors.variants ?? []).map((each) => ({ name: each.name, sha256: each.modelSha256 })),
  }
}

/** A run as `batchscope run --json` wrote it to the file of this name. */
export function sideOfDocument(source: string, document: RunDocument): ComparedSide {
  const { environment, experiment, model, trials, variants = [] } = document
  const name = model.path.split(/[/\\]/).at(-1) ?? model.path
  return {
    run: { source, model: { name, sha256: model.sha256 } },
    environment,
    spec: experiment,
    trials,
    variants,
  }
}
