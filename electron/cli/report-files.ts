import { badInput } from '../contract/failure.ts'
import type { ReportFormat } from '../contract/workbench-api.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

/** A report that was asked for, and where it goes: a path, or `-` for standard output. */
export interface ReportTarget {
  format: ReportFormat
  target: string
}

/** Options that ask for reports, as commander gives them. */
export type ReportOptions = Partial<Record<'json' | 'csv' | 'samplesCsv' | 'pdf' | 'markdown', string>>

/** The reports that the options ask for. Throws when two of them want standard output, or the PDF does. */
export function reportTargets(options: ReportOptions): ReportTarget[] {
  const all: [ReportFormat, string | undefined][] = [
    ['json', options.json],
    ['csv', options.csv],
    ['samples-csv', options.samplesCsv],
    ['pdf', options.pdf],
    ['markdown', options.markdown],
  ]
  const targets = all.flatMap(([format, target]) => (target === undefined ? [] : [{ format, target }]))
  const printed = targets.filter(({ target }) => target === '-')
  if (printed.length > 1) {
    throw badInput(
      `Only one report fits on standard output, not ${printed.map(({ format }) => `--${format}`).join(' and ')}.`,
      'Give the others a file name.',
    )
  }
  if (printed[0]?.format === 'pdf') {
    throw badInput('A PDF is not for standard output.', 'Give --pdf a file name.')
  }
  return targets
}

/** Finds out before the work begins whether the reports can be written. Throws where a folder is missing. */
export async function checkTargets(targets: readonly ReportTarget[], files: Session['files']): Promise<void> {
  for (const { format, target } of targets) {
    if (target === '-') continue
    const path = files.resolve(target)
    const folder = files.folderOf(path)
    if ((await files.stat(folder))?.kind !== 'folder') {
      throw badInput(
        `--${format} ${target} cannot be written: there is no folder ${folder}.`,
        'Make it first.',
      )
    }
    if ((await files.stat(path))?.kind === 'folder') {
      throw badInput(`--${format} ${target} is a folder.`, 'Give the name of a file.')
    }
  }
}

/** Writes the reports; those for standard output are printed as they are. */
export async function writeReports(
  targets: readonly ReportTarget[],
  experiment: { projectId: string; experimentId: string },
  context: Pick<Session, 'commands' | 'files'> & { terminal: Terminal; quiet: boolean },
): Promise<void> {
  const { commands, files, terminal, quiet } = context
  for (const { format, target } of targets) {
    if (target === '-') {
      const { content } = await commands.renderReport({ ...experiment, format })
      terminal.print(content)
    } else {
      await commands.saveReport({ ...experiment, format, path: files.resolve(target) })
      if (!quiet) terminal.note(`Wrote ${target}.`)
    }
  }
}
