import { defineStore } from 'pinia'
import { markRaw, ref } from 'vue'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { CommandResult } from '../../electron/contract/workbench-api.ts'
import type { ConnectionState } from '../client/link.ts'
import type { WorkbenchClient } from '../client/workbench-client.ts'

let provided: WorkbenchClient | undefined

/** Says which client the stores talk to. Called once, before the first store is used; tests bring their own. */
export function provideClient(client: WorkbenchClient): void {
  provided = client
}

/** The connection to the engine. Every store calls commands and subscribes through its client. */
export const useConnection = defineStore('connection', () => {
  if (provided === undefined) throw new Error('provideClient() must be called before a store is used')
  const client = markRaw(provided)

  const state = ref<ConnectionState>('connected')
  client.connection.onChange((now) => {
    state.value = now
  })

  /** What the entry offers; null until it has answered. */
  const capabilities = ref<CommandResult<'capabilities'> | null>(null)
  const failure = ref<Failure | null>(null)
  /** Settles when it is known what the entry offers, or why that cannot be known. Never rejects. */
  const known = client.call('capabilities', {}).then(
    (answer) => {
      capabilities.value = answer
    },
    (error: unknown) => {
      failure.value = toFailure(error)
    },
  )

  return { client, state, capabilities, failure, whenKnown: () => known }
})
