import { failureLine, toFailure } from '../contract/failure.ts'
import { installableRuntimes } from '../contract/runtime-offers.ts'
import type { CommandContext } from './command-context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { installBar, installLines, silentInstall } from './runtime-progress.ts'
import { installedText, runtimeListText, runtimesOf, type RuntimeList } from './runtime-text.ts'

/** Lists the runtimes that are installed, and those that can be. */
export async function listRuntimes(
  options: { json?: boolean },
  { session, terminal }: CommandContext,
): Promise<ExitCode> {
  const environment = await session.commands.environment({})
  const runtimes = runtimesOf(environment)
  const here = new Set(runtimes.map(({ name }) => name))
  const list: RuntimeList = {
    runtimes,
    installable: installableRuntimes(environment.host).filter(({ name }) => !here.has(name)),
  }
  terminal.print(options.json === true ? JSON.stringify(list, null, 2) : runtimeListText(list, terminal))
  return exitCodes.done
}

/** Installs a runtime, with progress; an interrupt cancels it. */
export async function installRuntime(
  name: string,
  options: { quiet?: boolean },
  { session, terminal, interrupted }: CommandContext,
): Promise<ExitCode> {
  const { commands, subscribe } = session
  const display =
    options.quiet === true
      ? silentInstall
      : terminal.barStream === undefined
        ? installLines(terminal.note)
        : installBar(terminal.barStream)
  let wasThere = false
  const unsubscribe = subscribe('runtimeInstall', (install) => {
    display.update(install)
    // A store that found it there has nothing to receive.
    if (install.state === 'done') wasThere = install.doing !== undefined
  })
  const cancel = () => void commands.cancelRuntimeInstall({}).catch(() => undefined)
  interrupted.addEventListener('abort', cancel, { once: true })
  try {
    const work = commands.installRuntime({ name })
    if (interrupted.aborted) cancel()
    await work
  } catch (error) {
    const failure = toFailure(error)
    if (failure.code !== 'cancelled') throw error
    display.end()
    terminal.note(`batchscope: ${failureLine(failure)}`)
    return exitCodes.interrupted
  } finally {
    interrupted.removeEventListener('abort', cancel)
    unsubscribe()
    display.end()
  }
  const runtime = runtimesOf(await commands.environment({})).find((each) => each.name === name)
  terminal.print(runtime === undefined ? `${name} is installed.` : installedText(runtime, wasThere, terminal))
  return exitCodes.done
}

/** Removes an installed runtime. */
export async function removeRuntime(name: string, { session, terminal }: CommandContext): Promise<ExitCode> {
  await session.commands.removeRuntime({ name })
  terminal.print(`${name} is removed.`)
  return exitCodes.done
}
