import type { ProjectHeader, ProjectRecord } from '../../contract/project.ts'
import type { ExperimentState, ProjectState } from './state.ts'

/** Turns records, one after the other, into the state of a project. */
export interface Fold {
  readonly state: ProjectState
  /** False when the record belongs to an experiment that no record has introduced. */
  apply(record: ProjectRecord): boolean
  /** Says of experiments without an outcome that they were interrupted: for a journal that has been read to its end. */
  settle(): void
}

export function createFold(header: ProjectHeader): Fold {
  const state: ProjectState = { header, models: new Map(), experiments: new Map(), notes: [] }
  const removed = new Set<string>()

  /** What later records of a removed experiment say is not wanted; that is no fault of the file. */
  function inExperiment(id: string, change: (experiment: ExperimentState) => void): boolean {
    const experiment = state.experiments.get(id)
    if (experiment === undefined) return removed.has(id)
    change(experiment)
    return true
  }

  function apply(record: ProjectRecord): boolean {
    switch (record.record) {
      case 'model':
        state.models.set(record.model.sha256, record.model)
        return true
      case 'experiment':
        removed.delete(record.id)
        state.experiments.set(record.id, startedExperiment(record))
        return true
      case 'trial':
        return inExperiment(record.trial.experimentId, (experiment) => {
          experiment.trials.push(record.trial)
          experiment.state = 'running'
        })
      case 'execution':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.executions.push({ execution: record.execution, spanMs: record.spanMs })
          // Also for one that had ended: it has been resumed.
          experiment.state = 'running'
          // It was passed over for want of its device, which is back.
          const { trialId } = record.execution
          if (experiment.skips.get(trialId)?.failure.code === 'skipped-after-device-lost') {
            experiment.skips.delete(trialId)
          }
        })
      case 'skip':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.skips.set(record.skip.trialId, record.skip)
        })
      case 'telemetry':
        return inExperiment(record.experimentId, (experiment) => {
          for (const sample of record.samples) experiment.telemetry.push(sample)
        })
      case 'output-drift':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.outputDrifts.set(record.drift.trialId, record.drift)
        })
      case 'trial-time':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.trialTimes.set(record.time.trialId, record.time)
        })
      case 'decision':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.decisions.push(record.reason)
        })
      case 'outcome':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.state = record.state
        })
      case 'note':
        state.notes.push(record.text)
        return true
      case 'rename':
        return inExperiment(record.experimentId, (experiment) => {
          experiment.name = record.name
        })
      case 'removal':
        return inExperiment(record.experimentId, () => {
          state.experiments.delete(record.experimentId)
          removed.add(record.experimentId)
        })
    }
  }

  function settle(): void {
    for (const experiment of state.experiments.values()) {
      if (experiment.state === 'running') experiment.state = 'interrupted'
    }
  }

  return { state, apply, settle }
}

function startedExperiment(record: ExperimentState['record']): ExperimentState {
  return {
    record,
    name: record.name,
    state: 'running',
    trials: [],
    executions: [],
    skips: new Map(),
    outputDrifts: new Map(),
    trialTimes: new Map(),
    telemetry: [],
    decisions: [],
  }
}
