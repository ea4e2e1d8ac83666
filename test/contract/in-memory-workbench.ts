import { BatchscopeError, badInput } from '../../electron/contract/failure.ts'
import { commands as declared } from '../../electron/contract/workbench-api.ts'
import type {
  EventName,
  EventPayload,
  WorkbenchApi,
  WorkbenchCommands,
} from '../../electron/contract/workbench-api.ts'

/** A workbench without an engine: what a transport carries, and nothing else. */
export interface InMemoryWorkbench extends WorkbenchApi {
  /** Every call that got through, in order. */
  readonly calls: { name: string; params: unknown }[]
  /** Sends an event to whoever listens. */
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void
  listenerCount(event: EventName): number
}

/** Commands without an implementation here or in `implementations` reject. */
export function inMemoryWorkbench(implementations: Partial<WorkbenchCommands> = {}): InMemoryWorkbench {
  const calls: InMemoryWorkbench['calls'] = []
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  const known: Partial<WorkbenchCommands> = {
    capabilities: async () => ({ entry: 'served', dialogs: false }),
    openProjects: async () => [],
    recentProjects: async () => [],
    sampleModels: async () => [{ name: 'tiny', path: '/models/tiny.onnx', about: 'One multiplication.' }],
    currentRun: async () => null,
    closeProject: async () => ({}),
    openProject: async ({ path }) => {
      throw new BatchscopeError({
        code: 'not-found',
        message: `There is no file "${path}".`,
        hint: 'Check the path.',
        owner: 'user',
      })
    },
    ...implementations,
  }
  const recorded = Object.keys(declared).map((name) => {
    const command = async (params: never): Promise<unknown> => {
      calls.push({ name, params })
      const run = known[name as keyof WorkbenchCommands] as ((params: never) => unknown) | undefined
      if (run === undefined) throw badInput(`${name} is not available in this test.`)
      return run(params)
    }
    return [name, command]
  })

  return {
    calls,
    commands: Object.fromEntries(recorded) as WorkbenchCommands,
    subscribe(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
      return () => void set.delete(listener)
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never)
    },
    listenerCount: (event) => listeners.get(event)?.size ?? 0,
  }
}
