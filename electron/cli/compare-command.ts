import type { CommandContext } from './command-context.ts'
import {
  defaultThreshold,
  parseThreshold,
  type Comparison,
  type ComparisonSource,
} from '../contract/comparison.ts'
import { badInput, BatchscopeError } from '../contract/failure.ts'
import { chooseExperiment } from './choose-experiment.ts'
import { comparisonText } from './comparison-text.ts'
import { exitCodeOfComparison, failOnChoices, type ExitCode, type FailOn } from './exit-code.ts'
import { checkTargets } from './report-files.ts'

export interface CompareOptions {
  /** `3%` or `0.03`. */
  threshold?: string
  failOn?: string
  /** Experiments of the two projects by name or id; the last without. */
  before?: string
  after?: string
  /** A path, or `-` for standard output. */
  json?: string
}

/** Compares two runs: project files, or the documents that `run --json` writes. */
export async function compareCommand(
  before: string,
  after: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { session, terminal } = context
  const { commands, files } = session
  const threshold = readThreshold(options.threshold)
  const failOn = readFailOn(options.failOn)
  const { json } = options
  if (json !== undefined) await checkTargets([{ format: 'json', target: json }], files)

  const comparison = await commands.compareExperiments({
    before: await sourceOf(before, options.before, '--before', context),
    after: await sourceOf(after, options.after, '--after', context),
    threshold,
  })
  if (json !== '-') terminal.print(comparisonText(comparison, terminal))
  if (json !== undefined) await writeDocument(comparison, json, context)
  return exitCodeOfComparison(comparison, failOn)
}

/** A project file is opened; what is none is left to the engine to read as a run document. */
async function sourceOf(
  path: string,
  experiment: string | undefined,
  option: string,
  { session: { commands, files }, terminal }: CommandContext,
): Promise<ComparisonSource> {
  const full = files.resolve(path)
  const project = path.toLowerCase().endsWith('.json')
    ? undefined
    : await commands.openProject({ path: full }).catch((error: unknown) => {
        if (error instanceof BatchscopeError && error.failure.code === 'bad-input') return undefined
        throw error
      })
  if (project === undefined) {
    if (experiment !== undefined) {
      throw badInput(`${option} chooses an experiment of a project, and ${path} is none.`, 'Leave it out.')
    }
    return { path: full }
  }
  for (const notice of project.notices) terminal.note(notice)
  return { projectId: project.id, experimentId: chooseExperiment(project, experiment).id }
}

function readThreshold(text: string | undefined): number {
  if (text === undefined) return defaultThreshold
  const threshold = parseThreshold(text)
  if (threshold !== undefined) return threshold
  const meant = /^\d+(\.\d+)?$/.test(text.trim()) ? ` For ${text.trim()} percent write ${text.trim()}%.` : ''
  throw badInput(
    `--threshold "${text}" is no share from 0 up to, not including, 100 %.`,
    `Write 3% or 0.03.${meant}`,
  )
}

function readFailOn(text: string | undefined): FailOn | undefined {
  const found = failOnChoices.find((choice) => choice === text)
  if (text === undefined || found !== undefined) return found
  throw badInput(`--fail-on "${text}" is unknown.`, `It takes ${failOnChoices.join(', ')}.`)
}

async function writeDocument(
  comparison: Comparison,
  target: string,
  { session: { files }, terminal }: CommandContext,
): Promise<void> {
  const text = `${JSON.stringify(comparison, null, 2)}\n`
  if (target === '-') {
    terminal.print(text)
    return
  }
  await files.write(files.resolve(target), text)
  terminal.note(`Wrote ${target}.`)
}
