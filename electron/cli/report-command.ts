import type { CommandContext } from './command-context.ts'
import { chooseExperiment } from './choose-experiment.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { checkTargets, reportTargets, writeReports, type ReportOptions } from './report-files.ts'
import { resultsText } from './results-text.ts'

/** Reports an experiment of a project file: printed for reading, unless files are asked for. */
export async function reportCommand(
  path: string,
  options: ReportOptions & { experiment?: string },
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const { commands, files } = session
  const targets = reportTargets(options)
  await checkTargets(targets, files)
  const project = await commands.openProject({ path: files.resolve(path) })
  for (const notice of project.notices) terminal.note(notice)
  const experiment = chooseExperiment(project, options.experiment)
  const chosen = { projectId: project.id, experimentId: experiment.id }
  if (targets.length === 0) {
    const { analysis } = await commands.analyse(chosen)
    const title = `${experiment.modelName}: ${experiment.name}`
    const state = experiment.state === 'finished' ? '' : ` (${experiment.state})`
    terminal.print(`${terminal.style('bold', title)}${state}, ${experiment.started}\n`)
    terminal.print(resultsText(analysis, terminal))
  }
  await writeReports(targets, chosen, { commands, files, terminal, quiet: false })
  return exitCodes.done
}
