import * as v from 'valibot'
import { BatchscopeError, toFailure } from '../contract/failure.ts'
import type { Failure } from '../contract/failure.ts'
import { commands as declared } from '../contract/workbench-api.ts'
import type { CommandName, Reply, WorkbenchCommands } from '../contract/workbench-api.ts'

/** Takes a command as it came over a boundary: nothing about it is known yet. Never rejects. */
export type Dispatch = (name: unknown, params: unknown) => Promise<Reply>

export interface DispatchOptions {
  /** Also holds every result against its schema. For tests: it costs time, and the types already say it. */
  checkResults?: boolean
}

/** Turns unknown names and parameters into parsed calls of `commands`, and whatever happens into a reply. */
export function createDispatcher(commands: WorkbenchCommands, options: DispatchOptions = {}): Dispatch {
  async function run<C extends CommandName>(name: C, params: unknown): Promise<Reply> {
    const parsed = v.safeParse(declared[name].params, params)
    if (!parsed.success) return { ok: false, failure: badParameters(name, parsed.issues) }
    const value = await commands[name](parsed.output)
    if (options.checkResults === true) checkResult(name, value)
    return { ok: true, value }
  }

  return async (name, params) => {
    if (!isCommandName(name)) return { ok: false, failure: unknownCommand(name) }
    try {
      return await run(name, params)
    } catch (error) {
      return { ok: false, failure: toFailure(error) }
    }
  }
}

function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(declared, name)
}

function unknownCommand(name: unknown): Failure {
  const shown = typeof name === 'string' ? `"${name.slice(0, 60)}"` : `of type ${typeof name}`
  return {
    code: 'unknown-command',
    message: `There is no command ${shown}.`,
    hint: 'The page and the engine may be of different versions: reload the page.',
    owner: 'system',
  }
}

function badParameters(name: CommandName, issues: readonly v.BaseIssue<unknown>[]): Failure {
  const said = issues.map((issue) => `${v.getDotPath(issue) ?? 'parameters'}: ${issue.message}`)
  return {
    code: 'bad-input',
    message: `The command ${name} does not take these parameters.`,
    detail: said.join('; '),
    owner: 'user',
  }
}

function checkResult(name: CommandName, value: unknown): void {
  const parsed = v.safeParse(declared[name].result, value)
  if (parsed.success) return
  const said = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'result'}: ${issue.message}`)
  throw new BatchscopeError({
    code: 'internal',
    message: `The command ${name} gave a result that its contract does not allow.`,
    detail: said.join('; '),
    owner: 'system',
  })
}
