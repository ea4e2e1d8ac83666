import { executionProviders, type ExecutionProvider } from '../contract/experiment.ts'
import { badInput, failureLine, toFailure } from '../contract/failure.ts'
import { readTimeBudget } from '../engine/experiment/draft-constraints.ts'
import { verificationPlan, type VerificationPlan } from '../engine/verification/plan.ts'
import { verificationMarkdown } from '../engine/verification/report-markdown.ts'
import type { VerificationReport } from '../engine/verification/report.ts'
import type { VerificationListener } from '../engine/verification/scene.ts'
import { verify } from '../engine/verification/verify.ts'
import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { barDisplay, lineDisplay, type RunDisplay } from './run-progress.ts'
import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'
import { checkProgress, verificationText } from './verification-text.ts'

export interface VerifyOptions {
  out: string
  ep: string
  device?: string
  python?: string
  timeBudget: string
  json?: boolean
}

/** Names of what a verification leaves in its folder. */
const reportName = 'gpu-verification'

/**
 * Proves on this machine's GPU what the documentation claims, prints what was seen, and leaves a report as JSON and as
 * Markdown, and the experiments in a project file. The report is written after every step, so that an interrupt, or worse,
 * leaves what was done.
 */
export async function verifyCommand(options: VerifyOptions, context: CommandContext): Promise<ExitCode> {
  const { session, terminal, interrupted } = context
  const plan = planOf(options, session)
  const { files } = session
  const folder = files.resolve(options.out)
  if ((await files.stat(folder))?.kind === 'file') {
    throw badInput(`--out ${options.out} is a file.`, 'Name a folder.')
  }
  const paths = {
    json: files.resolve(folder, `${reportName}.json`),
    markdown: files.resolve(folder, `${reportName}.md`),
  }
  const progress = progressOn(terminal)
  let report: VerificationReport
  try {
    report = await verify(session.verification, {
      ...{ plan, signal: interrupted, listener: progress.listener },
      generator: session.verification.generator,
      openProject: () => projectIn(folder, context),
      onReport: async (current) => {
        await files.write(paths.json, `${JSON.stringify(current, null, 2)}\n`)
        await files.write(paths.markdown, verificationMarkdown(current))
      },
    })
  } finally {
    progress.end()
  }
  terminal.print(options.json === true ? JSON.stringify(report, null, 2) : verificationText(report, terminal))
  terminal.note(`Wrote ${paths.json} and ${reportName}.md beside it.`)
  return exitCodeOf(report)
}

function exitCodeOf({ verdict }: VerificationReport): ExitCode {
  if (verdict === 'interrupted') return exitCodes.interrupted
  return verdict === 'failed' ? exitCodes.constraintsUnmet : exitCodes.done
}

function planOf(
  { ep, device, python, timeBudget }: VerifyOptions,
  { verification }: Session,
): VerificationPlan {
  const provider = executionProviders.find((name) => name === ep.trim().toLowerCase())
  if (provider === undefined) {
    throw badInput(
      `--ep: Execution provider "${ep}" is not known.`,
      `Use one of ${executionProviders.join(', ')}.`,
    )
  }
  const time = readTimeBudget(timeBudget)
  if (!time.ok) throw badInput(`--time-budget: ${time.problem.message}`, time.problem.hint)
  const { files } = verification.ports
  return verificationPlan({
    ...{ provider, device: deviceOf(device, provider), timeBudgetMs: time.value },
    resourcesFolder: files.resourcesFolder,
    python: python ?? (process.platform === 'win32' ? 'python' : 'python3'),
    join: (...parts) => files.resolve(...parts),
  })
}

function deviceOf(text: string | undefined, provider: ExecutionProvider): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,3}$/.test(text))
    throw badInput(`--device "${text}" is no index of a device.`, 'Use for example 0.')
  if (provider === 'cpu')
    throw badInput('--device says which graphics processor, and cpu runs on none.', 'Leave it out.')
  return Number(text)
}

/** The project that keeps the experiments; without one they are verified all the same. */
async function projectIn(folder: string, { session, terminal }: CommandContext): Promise<string | undefined> {
  const { commands, files } = session
  const path = files.resolve(folder, `${reportName}.batchscope`)
  try {
    const known = (await files.stat(path)) !== undefined
    return (await (known ? commands.openProject({ path }) : commands.createProject({ path }))).id
  } catch (error) {
    terminal.note(`The experiments are not kept in a project: ${failureLine(toFailure(error))}`)
    return undefined
  }
}

/** Progress on standard error: a sentence a step, and the executions of every experiment. */
function progressOn(terminal: Terminal): { listener: VerificationListener; end(): void } {
  let display: RunDisplay | undefined
  const end = () => {
    display?.end()
    display = undefined
  }
  return {
    end,
    listener: {
      begins(sentence) {
        end()
        terminal.note(sentence)
      },
      run(event) {
        display ??=
          terminal.barStream === undefined ? lineDisplay(terminal.note) : barDisplay(terminal.barStream)
        display.update(event)
      },
      ended(check) {
        end()
        terminal.note(checkProgress(check))
      },
    },
  }
}
