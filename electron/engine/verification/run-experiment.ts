import { BatchscopeError } from '../../contract/failure.ts'
import type { ExperimentDraft } from '../../contract/experiment.ts'
import type { RunEvent, RunProgress } from '../../contract/run-event.ts'
import type { CommandResult, EngineCommands, Subscribe } from '../../contract/workbench-api.ts'
import type { Clock } from '../ports.ts'

export type ExperimentCommands = Pick<
  EngineCommands,
  'startExperiment' | 'stopExperiment' | 'analyse' | 'experimentHistory'
>

interface RunContext {
  readonly commands: ExperimentCommands
  readonly subscribe: Subscribe
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Kept there; absent: in memory only. */
  readonly projectId?: string | undefined
  onRun(event: RunEvent): void
}

/** What an experiment showed. */
export interface ExperimentOutcome {
  readonly analysed: CommandResult<'analyse'>
  readonly history: CommandResult<'experimentHistory'>
  /** True when it was ended by the time limit. */
  readonly outOfTime: boolean
}

/** A plan of executions is to end so long before the limit, at which what runs on is ended, in ms. */
const graceMs = 3000

/** Shortest time budget that an experiment takes, in ms. */
const leastBudgetMs = 1000

/**
 * Runs an experiment through the workbench's own commands, as people do, and ends it when `limitMs` are over. Rejects
 * with a BatchscopeError when it cannot be run at all.
 */
export async function runExperiment(
  { modelPath, draft, name }: { modelPath: string; draft: ExperimentDraft; name: string },
  limitMs: number,
  { commands, subscribe, clock, signal, projectId, onRun }: RunContext,
): Promise<ExperimentOutcome> {
  let last: RunProgress | undefined
  let unsubscribe = () => {}
  let isOver = () => {}
  const ended = new Promise<void>((resolve) => {
    isOver = resolve
    unsubscribe = subscribe('run', (event) => {
      onRun(event)
      last = event.progress ?? last
      if (last !== undefined && last.state !== 'running') resolve()
    })
  })
  const over = new AbortController()
  let outOfTime = false
  let stop = () => {}
  try {
    const timeBudget = `${Math.round(Math.max(leastBudgetMs, limitMs - graceMs))}ms`
    const experiment = await commands.startExperiment({
      modelPath,
      draft: { ...draft, timeBudget },
      name,
      ...(projectId === undefined ? { scratch: true } : { projectId }),
    })
    // Resolves when the run is over, whether or not that is told.
    stop = () => void commands.stopExperiment(experiment).then(isOver, isOver)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    clock.sleep(limitMs, over.signal).then(
      () => {
        outOfTime = true
        stop()
      },
      () => undefined,
    )
    await ended
    if (last?.state === 'interrupted' && last.problem !== undefined) throw new BatchscopeError(last.problem)
    const [analysed, history] = await Promise.all([
      commands.analyse(experiment),
      commands.experimentHistory(experiment),
    ])
    return { analysed, history, outOfTime }
  } finally {
    over.abort()
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}
