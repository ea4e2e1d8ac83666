import type { ProviderStatus } from '../../../electron/contract/provider-status.ts'
import { builtInRuntime, type Runtime } from '../../../electron/contract/runtime.ts'
import type { DraftFields } from '../../stores/draft-text.ts'

type Chosen = Pick<DraftFields, 'executionProviders' | 'runtimes'>

/** A runtime as the Experiment page offers it. */
export interface RuntimeOption {
  name: string
  isChosen: boolean
  /** The version, or why the chosen providers cannot all be used in it. */
  note: string
  /** False where it cannot be measured with; what is chosen can always be taken back. */
  canBeUsed: boolean
}

/** Every installed runtime, and those that are chosen although they are gone. */
export function runtimeOptions(runtimes: readonly Runtime[], chosen: Chosen): RuntimeOption[] {
  const gone = chosen.runtimes.filter((name) => runtimes.every((runtime) => runtime.name !== name))
  return [
    ...runtimes.map((runtime): RuntimeOption => {
      const obstacle = obstacleIn(runtime, chosen.executionProviders)
      return {
        name: runtime.name,
        isChosen: chosen.runtimes.includes(runtime.name),
        note: obstacle ?? `ONNX Runtime ${runtime.onnxruntime}`,
        canBeUsed: obstacle === undefined,
      }
    }),
    ...gone.map((name) => ({
      name,
      isChosen: true,
      note: 'It is not installed any more.',
      canBeUsed: false,
    })),
  ]
}

function obstacleIn({ providers }: Runtime, chosen: readonly string[]): string | undefined {
  for (const status of providers) {
    if (!status.usable && chosen.includes(status.name)) return `${status.name}: ${status.reason}`
  }
  return undefined
}

/** What is measured with while no runtime is chosen: `cpu uses built-in, cuda uses cuda13.` */
export function usualRuntimeWords(providers: readonly ProviderStatus[], chosen: Chosen): string {
  const names = chosen.executionProviders.length === 0 ? ['cpu'] : chosen.executionProviders
  const uses = names.flatMap((name) => {
    const status = providers.find((provider) => provider.name === name)
    return status?.usable === true ? [`${name} uses ${status.runtime ?? builtInRuntime}`] : []
  })
  return uses.length === 0 ? 'None is chosen.' : `None is chosen: ${uses.join(', ')}.`
}
