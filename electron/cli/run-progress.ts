import { MultiBar } from 'cli-progress'
import { formatDuration, formatMilliseconds, formatThroughput } from '../contract/quantity.ts'
import type { LiveTrial, RunEvent, RunProgress } from '../contract/run-event.ts'
import type { ExecutionPhase } from '../contract/trial.ts'
import { barOptions } from './bar-options.ts'
import { wrap, type Terminal } from './terminal.ts'
import { configWords, outcomeWords, varyingFactors } from './trial-words.ts'

/** Shows how far a run has come. */
export interface RunDisplay {
  /** Tells something once. */
  say(text: string): void
  update(event: Pick<RunEvent, 'progress' | 'trials' | 'decisions'>): void
  /** Takes away what is drawn; may be called again. */
  end(): void
}

/** Shows nothing. */
export const silentDisplay: RunDisplay = {
  say: () => undefined,
  update: () => undefined,
  end: () => undefined,
}

/** What is known of the run so far, gathered from its events. */
class RunState {
  readonly trials = new Map<string, LiveTrial>()
  progress: RunProgress | undefined

  /** Takes an event in; gives the trials that have an execution more than before. */
  take(event: Pick<RunEvent, 'progress' | 'trials'>): LiveTrial[] {
    const grown: LiveTrial[] = []
    for (const trial of event.trials ?? []) {
      const before = this.trials.get(trial.trial.id)
      this.trials.set(trial.trial.id, trial)
      const skipped = trial.report?.outcome === 'skipped' && before?.report?.outcome !== 'skipped'
      if (trial.executionsDone > (before?.executionsDone ?? 0) || skipped) grown.push(trial)
    }
    this.progress = event.progress ?? this.progress
    return grown
  }

  name(trialId: string): string {
    const all = [...this.trials.values()].map(({ trial }) => trial)
    const trial = this.trials.get(trialId)?.trial
    return trial === undefined ? '' : configWords(trial.config, varyingFactors(all))
  }
}

/** A line for each execution that ended and for each decision: for logs and for terminals that draw nothing. */
export function lineDisplay(note: Terminal['note']): RunDisplay {
  const state = new RunState()
  return {
    say: note,
    update(event) {
      // What is decided follows from what ended.
      for (const trial of state.take(event)) note(executionLine(trial, state))
      for (const decision of event.decisions ?? []) note(decision)
    },
    end: () => undefined,
  }
}

function executionLine(
  { trial, report, executionsDone, executionsPlanned }: LiveTrial,
  state: RunState,
): string {
  const { progress } = state
  const total = String(progress?.executionsPlanned ?? '?')
  const count = `[${String(progress?.executionsDone ?? '?').padStart(total.length)}/${total}]`
  const name = `${count} ${state.name(trial.id)}`
  if (report === undefined) return name
  if (report.outcome !== 'completed')
    return `${name}: ${outcomeWords[report.outcome]}. ${report.failure.message}`
  const { latencyMs, throughput } = report
  // A contender of the search may run more often than was planned at first.
  const of = executionsDone <= executionsPlanned ? ` of ${executionsPlanned}` : ''
  const speed = `${formatThroughput(throughput.itemsPerSecond)}, mean ${formatMilliseconds(latencyMs.mean)}`
  return `${name}: ${speed} (execution ${executionsDone}${of})`
}

/** A progress bar at the foot of the terminal; decisions scroll by above it. */
export function barDisplay(stream: NodeJS.WriteStream): RunDisplay {
  const state = new RunState()
  let toldAt = performance.now()
  const bars = new MultiBar({
    stream,
    ...barOptions,
    format: (_options, _params, _payload) =>
      barLine(state, performance.now() - toldAt, Math.max(40, (stream.columns ?? 80) - 1)),
  })
  const bar = bars.create(1, 0)
  let drawn = true
  // The library cuts a line off at the edge of the terminal.
  const say = (text: string) => bars.log(`${wrap(text, (stream.columns ?? 80) - 1, 2)}\n`)
  return {
    say,
    update(event) {
      state.take(event)
      for (const decision of event.decisions ?? []) say(decision)
      if (event.progress === undefined) return
      toldAt = performance.now()
      bar.setTotal(Math.max(1, event.progress.executionsPlanned))
      bar.update(event.progress.executionsDone)
    },
    end() {
      if (drawn) bars.stop()
      drawn = false
    },
  }
}

const phaseWords: Record<ExecutionPhase, string> = {
  starting: 'starting',
  loading: 'loading',
  'first-inference': 'first run',
  'warming-up': 'warming up',
  measuring: 'measuring',
  ending: 'ending',
}

const widestBar = 30

/** What fits into a line: the whole is said above. */
function firstSentence(text: string): string {
  return text.replace(/\.(\s.*)?$/s, '')
}

/** The bar and its words in at most `width` columns. `sinceMs`: age of the progress. */
function barLine(state: RunState, sinceMs: number, width: number): string {
  const { progress } = state
  if (progress === undefined) return 'Looking at the model and this machine ...'
  const { executionsDone: done, executionsPlanned: planned, current, remainingMs, doing } = progress
  const total = String(planned)
  const words = [`${String(done).padStart(total.length)}/${total}`]
  // What comes after measuring is no part of the count, nor of what is left of it.
  const measuring = current !== undefined || doing === undefined
  if (remainingMs !== undefined && measuring) words.push(`${formatDuration(remainingMs - sinceMs)} left`)
  if (current !== undefined) words.push(`${state.name(current.trialId)}: ${phaseWords[current.phase]}`)
  else if (doing !== undefined) words.push(firstSentence(doing))
  const text = words.join('  ')
  const room = Math.min(widestBar, width - text.length - 2)
  if (room < 8) return text.slice(0, width)
  const filled = planned === 0 ? 0 : Math.round((room * Math.min(done, planned)) / planned)
  return `${'━'.repeat(filled)}${'─'.repeat(room - filled)}  ${text}`
}
