import type { ProviderStatus } from '../../contract/provider-status.ts'
import { executionProviders, type ExecutionProvider } from '../../contract/experiment.ts'
import { refused, splitList, understood, type Reading } from './draft-reading.ts'

/**
 * Execution providers by name, in the order given. With `statuses`, those that cannot be used on this machine are
 * refused with the reason.
 */
export function readProviders(
  text: string,
  statuses: readonly ProviderStatus[] | undefined,
): Reading<ExecutionProvider[]> {
  const providers = new Set<ExecutionProvider>()
  for (const item of splitList(text)) {
    const provider = executionProviders.find((name) => name === item.toLowerCase())
    if (provider === undefined) {
      return refused(
        `Execution provider "${item}" is not known.`,
        `Use one of ${executionProviders.join(', ')}.`,
      )
    }
    const status = statuses?.find(({ name }) => name === provider)
    if (status !== undefined && !status.usable) {
      return refused(`Execution provider "${provider}" cannot be used here: ${status.reason}`, status.hint)
    }
    providers.add(provider)
  }
  if (providers.size === 0) return refused(`"${text}" names no execution provider.`, 'Use for example cpu.')
  return understood([...providers])
}
