import { badInput } from '../contract/failure.ts'
import type { ExperimentSummary, ProjectSummary } from '../contract/project.ts'

/** The experiment with this id or name, the newest of several; without one the newest of all. */
export function chooseExperiment({ name, experiments }: ProjectSummary, wanted?: string): ExperimentSummary {
  const last = experiments.at(-1)
  if (last === undefined) throw badInput(`The project ${name} has no experiments.`, 'Run one with --project.')
  if (wanted === undefined) return last
  const found =
    experiments.find(({ id }) => id === wanted) ??
    experiments.findLast((experiment) => experiment.name === wanted)
  if (found !== undefined) return found
  const known = experiments.map((experiment) => `${experiment.id} (${experiment.name})`).join(', ')
  throw badInput(`The project ${name} has no experiment "${wanted}".`, `Its experiments are ${known}.`)
}
