import { badInput, BatchscopeError, failureLine } from '../contract/failure.ts'
import { formatDuration } from '../contract/quantity.ts'
import type { ExperimentPreview } from '../contract/experiment.ts'
import type { RunProgress } from '../contract/run-event.ts'
import type { CommandContext } from './command-context.ts'
import { exitCodeOfRun, exitCodes, type ExitCode } from './exit-code.ts'
import { checkTargets, reportTargets, writeReports, type ReportOptions } from './report-files.ts'
import { resultsText } from './results-text.ts'
import { draftOf, optionNames, type ExperimentOptions } from './run-options.ts'
import { barDisplay, lineDisplay, silentDisplay, type RunDisplay } from './run-progress.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

export interface RunOptions extends ExperimentOptions, ReportOptions {
  project?: string
  name?: string
  quiet?: boolean
}

/**
 * Profiles a model: checks everything that was asked for, runs the experiment, prints what it found, writes the
 * reports. Interrupted, it prints and writes what was finished by then.
 */
export async function runCommand(
  model: string,
  options: RunOptions,
  { session, terminal, interrupted }: CommandContext,
): Promise<ExitCode> {
  const { commands, files } = session
  const quiet = options.quiet === true
  const targets = reportTargets(options)
  await checkTargets(targets, files)
  const display = quiet
    ? silentDisplay
    : terminal.barStream === undefined
      ? lineDisplay(terminal.note)
      : barDisplay(terminal.barStream)
  try {
    const experiment = await measure(model, options, display, { session, terminal, interrupted })
    display.end()
    if (experiment === undefined) return exitCodes.interrupted
    const { analysis, spec } = await commands.analyse(experiment)
    if (!targets.some(({ target }) => target === '-')) terminal.print(resultsText(analysis, terminal))
    await writeReports(targets, experiment, { commands, files, terminal, quiet })
    if (!interrupted.aborted) return exitCodeOfRun(analysis, spec.constraints)
    terminal.note('Interrupted: the results are of what was finished by then.')
    return exitCodes.interrupted
  } finally {
    display.end()
  }
}

/** Runs the experiment to its end; nothing when the user thought better of it before it began. */
async function measure(
  model: string,
  options: RunOptions,
  display: RunDisplay,
  { session, terminal, interrupted }: CommandContext,
): Promise<{ projectId: string; experimentId: string } | undefined> {
  const { commands, files } = session
  const draft = draftOf(options)
  const modelPath = files.resolve(model)
  const description = await commands.openModel({ path: modelPath })
  const preview = await commands.previewExperiment({ modelPath, draft })
  if (preview.problems.length > 0) throw problemsFailure(preview)
  const projectId =
    options.project === undefined ? undefined : await openOrCreateProject(options.project, session, terminal)
  if (interrupted.aborted) return undefined
  display.say(`${description.name}: ${planWords(preview)}`)
  if (draft.makeDynamic === 'yes') display.say('Setting the batch free in a copy, and proving it ...')

  const run = followRun(session, display)
  try {
    const experiment = await commands.startExperiment({
      modelPath,
      draft,
      name: options.name,
      projectId,
      scratch: projectId === undefined,
    })
    const stop = () => void commands.stopExperiment(experiment).catch(() => undefined)
    interrupted.addEventListener('abort', stop, { once: true })
    if (interrupted.aborted) stop()
    await run.ended
    interrupted.removeEventListener('abort', stop)
    const { problem, state } = run.last() ?? {}
    if (state === 'interrupted' && problem !== undefined) throw new BatchscopeError(problem)
    if (problem !== undefined) terminal.note(`batchscope: ${failureLine(problem)}`)
    return experiment
  } finally {
    run.release()
  }
}

function problemsFailure({ problems }: ExperimentPreview): BatchscopeError {
  const lines = problems.map(({ field, message, hint }) =>
    [`${optionNames[field]}:`, message, hint ?? ''].join(' ').trim(),
  )
  return badInput(lines.join('\n'))
}

function planWords({ plan }: ExperimentPreview): string {
  if (plan === undefined) return ''
  const [least, most] = plan.estimateMs.map(formatDuration)
  const about = plan.exact ? '' : 'about '
  const trials = plan.trials === 1 ? '1 trial' : `${plan.trials} trials`
  const executions = plan.executions === 1 ? '1 execution' : `${plan.executions} executions`
  const time = least === most ? `about ${most}` : `between ${least} and ${most}`
  return `${about}${trials}, ${executions}, ${time}.`
}

async function openOrCreateProject(path: string, session: Session, terminal: Terminal): Promise<string> {
  const { commands, files } = session
  const full = files.resolve(path)
  const found = await files.stat(full)
  if (found === undefined) return (await commands.createProject({ path: full })).id
  const project = await commands.openProject({ path: full })
  for (const notice of project.notices) terminal.note(notice)
  return project.id
}

/** Shows a run's events until it is over. */
function followRun(session: Session, display: RunDisplay) {
  let last: RunProgress | undefined
  let unsubscribe = () => {}
  const ended = new Promise<void>((resolve) => {
    unsubscribe = session.subscribe('run', (event) => {
      display.update(event)
      last = event.progress ?? last
      if (last !== undefined && last.state !== 'running') resolve()
    })
  })
  return {
    ended,
    last: () => last,
    release: () => unsubscribe(),
  }
}
