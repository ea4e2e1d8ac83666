import type { ExperimentSummary, ProjectSummary } from '../../contract/project.ts'
import type { Project } from './journal.ts'
import type { ExperimentState, ProjectState } from './state.ts'

/** An open project as the project tree shows it. `id` names it for the time it is open. */
export function summariseProject(id: string, project: Project): ProjectSummary {
  const { state } = project
  return {
    id,
    path: project.path,
    name: project.name,
    ...(project.readOnlyReason !== undefined && { readOnlyReason: project.readOnlyReason }),
    notices: [...project.notices],
    models: [...state.models.values()],
    experiments: [...state.experiments.values()].map((experiment) => summariseExperiment(experiment, state)),
  }
}

function summariseExperiment(experiment: ExperimentState, project: ProjectState): ExperimentSummary {
  const { id, modelSha256, started } = experiment.record
  const withNumbers = new Set(
    experiment.executions
      .filter(({ execution }) => execution.outcome === 'completed')
      .map(({ execution }) => execution.trialId),
  )
  return {
    id,
    name: experiment.name,
    modelSha256,
    modelName: project.models.get(modelSha256)?.name ?? `model ${modelSha256.slice(0, 8)}`,
    state: experiment.state,
    started,
    trials: experiment.trials.length,
    completed: withNumbers.size,
  }
}
