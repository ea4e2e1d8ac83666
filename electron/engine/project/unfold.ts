import type { ProjectRecord } from '../../contract/project.ts'
import type { ExperimentState, ProjectState } from './state.ts'

/**
 * Records that fold into this state again: for writing a project elsewhere when its file can no longer be read.
 * `ended` is the time written for the outcomes, which the state does not keep (ISO 8601).
 */
export function recordsOf(state: ProjectState, ended: string): ProjectRecord[] {
  return [
    ...[...state.models.values()].map((model): ProjectRecord => ({ record: 'model', model })),
    ...[...state.experiments.values()].flatMap((experiment) => recordsOfExperiment(experiment, ended)),
    ...state.notes.map((text): ProjectRecord => ({ record: 'note', text })),
  ]
}

function recordsOfExperiment(experiment: ExperimentState, ended: string): ProjectRecord[] {
  const experimentId = experiment.record.id
  const records: ProjectRecord[] = [
    { ...experiment.record, name: experiment.name },
    ...experiment.decisions.map((reason): ProjectRecord => ({ record: 'decision', experimentId, reason })),
    ...experiment.trials.map((trial): ProjectRecord => ({ record: 'trial', trial })),
    ...[...experiment.skips.values()].map((skip): ProjectRecord => ({ record: 'skip', experimentId, skip })),
    ...experiment.executions.map((execution): ProjectRecord => ({
      record: 'execution',
      experimentId,
      ...execution,
    })),
  ]
  for (const drift of experiment.outputDrifts.values()) {
    records.push({ record: 'output-drift', experimentId, drift })
  }
  for (const time of experiment.trialTimes.values())
    records.push({ record: 'trial-time', experimentId, time })
  if (experiment.telemetry.length > 0) {
    records.push({ record: 'telemetry', experimentId, samples: experiment.telemetry })
  }
  if (experiment.state === 'finished' || experiment.state === 'stopped') {
    records.push({ record: 'outcome', experimentId, state: experiment.state, ended })
  }
  return records
}
