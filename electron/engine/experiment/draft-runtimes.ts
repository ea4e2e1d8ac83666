import type { ExecutionProvider, Factors } from '../../contract/experiment.ts'
import { toFailure } from '../../contract/failure.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import { recipeOf } from '../runtimes/recipes.ts'
import { refused, splitList, understood, type Here, type Reading } from './draft-reading.ts'

type Runtimes = Factors['runtimes']

/**
 * The runtime that each provider uses unless another is asked for: the first in which it can be used. `undefined` where
 * that is the built-in one for all.
 */
export function usualRuntimes(providers: readonly ExecutionProvider[], here: Here | undefined): Runtimes {
  return factorOf(
    providers.map((provider) => {
      const status = here?.providers.find(({ name }) => name === provider)
      return [provider, [(status?.usable && status.runtime) || builtInRuntime]]
    }),
  )
}

/**
 * Runtimes by name, in the order given, each for all providers. With `here`, those are refused that are not installed,
 * and those in which one of the providers cannot be used, with the reason.
 */
export function readRuntimes(
  text: string,
  providers: readonly ExecutionProvider[],
  here: Here | undefined,
): Reading<Runtimes> {
  const names = [...new Set(splitList(text).map((name) => name.toLowerCase()))]
  if (names.length === 0) return refused(`"${text}" names no runtime.`, 'Use for example built-in.')
  for (const name of names) {
    const statuses = statusesIn(name, here)
    if (statuses === undefined) return notInstalled(name)
    for (const provider of providers) {
      const status = statuses.find((each) => each.name === provider)
      if (status === undefined || status.usable) continue
      const where = name === builtInRuntime ? 'the built-in runtime' : `runtime ${name}`
      return refused(
        `Execution provider "${provider}" cannot be used in ${where}: ${status.reason}`,
        status.hint,
      )
    }
  }
  return understood(factorOf(providers.map((provider) => [provider, names])))
}

/** What each provider is in a runtime; `undefined` where that is not installed. */
function statusesIn(name: string, here: Here | undefined): readonly ProviderStatus[] | undefined {
  // Nothing is known of the machine: everything may be there.
  if (here === undefined) return isName(name) ? [] : undefined
  const runtime = here.runtimes?.find((each) => each.name === name)
  if (runtime !== undefined) return runtime.providers
  return name === builtInRuntime ? here.providers : undefined
}

function isName(name: string): boolean {
  return name === builtInRuntime || whyNoName(name) === undefined
}

function notInstalled(name: string) {
  const wrong = whyNoName(name)
  return wrong === undefined
    ? refused(`The runtime "${name}" is not installed.`, `Install it: batchscope runtime install ${name}`)
    : refused(wrong.message, wrong.hint)
}

/** Why there can be no runtime of that name. */
function whyNoName(name: string) {
  try {
    recipeOf(name)
    return undefined
  } catch (error) {
    return toFailure(error)
  }
}

/** Providers that use the built-in runtime alone are left out. */
function factorOf(entries: readonly (readonly [ExecutionProvider, string[]])[]): Runtimes {
  const others = entries.filter(([, names]) => names.some((name) => name !== builtInRuntime))
  return others.length === 0 ? undefined : Object.fromEntries(others)
}
