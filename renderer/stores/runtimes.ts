import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { RuntimeInstall } from '../../electron/contract/runtime.ts'
import { useConnection } from './connection.ts'
import { useEnvironment } from './environment.ts'
import { useNotifications } from './notifications.ts'

/** Installing and removing runtimes: the installation in progress, whoever began it, and how the last one ended. */
export const useRuntimes = defineStore('runtimes', () => {
  const connection = useConnection()
  const { client } = connection
  const environment = useEnvironment()
  const notifications = useNotifications()

  /** The one in progress, or the last one, until its end was dealt with; null when there is none. */
  const install = shallowRef<RuntimeInstall | null>(null)
  const isCancelling = ref(false)
  const isInstalling = computed(() => install.value !== null && !hasEnded(install.value))
  /** Name of the runtime that is being removed. */
  const removing = ref<string | null>(null)
  /** True while this page waits for the answer to its own call: that tells how it ended. */
  let isOwn = false

  client.subscribe('runtimeInstall', (told) => {
    if (isOwn && told.name !== install.value?.name) return
    install.value = told
    if (hasEnded(told)) isCancelling.value = false
    if (told.state === 'done' && !isOwn) void finish()
  })
  watch(
    () => connection.state,
    (state) => state === 'connected' && void refetch(),
  )
  void refetch()

  /** Finds an installation that began before this page was there, or that went on without a connection. */
  async function refetch(): Promise<void> {
    const current = await client.call('currentRuntimeInstall', {}).catch(() => undefined)
    if (current === undefined) return
    if (current !== null) install.value = current
    else if (isInstalling.value && !isOwn) await finish()
  }

  /** It is over: what is there now is known only by looking. */
  async function finish(): Promise<void> {
    const ended = install.value
    isCancelling.value = false
    await environment.refresh()
    if (install.value === ended) install.value = null
  }

  async function start(name: string): Promise<void> {
    if (isInstalling.value) return
    install.value = { name, state: 'preparing', receivedBytes: 0 }
    isOwn = true
    try {
      await client.call('installRuntime', { name })
      isOwn = false
      install.value = { ...install.value, state: 'done' }
      await finish()
    } catch (error) {
      isOwn = false
      ended(name, error)
    }
  }

  function ended(name: string, error: unknown): void {
    const failure = toFailure(error)
    // It goes on without this page, which asks for it when the connection is back.
    if (failure.code === 'connection-lost') return
    isCancelling.value = false
    if (failure.code === 'busy') {
      notifications.fail(error)
      install.value = null
      void refetch()
      return
    }
    const reached = install.value?.name === name ? install.value : { name, receivedBytes: 0 }
    install.value =
      failure.code === 'cancelled'
        ? { ...reached, state: 'cancelled' }
        : { ...reached, state: 'failed', failure }
  }

  async function cancel(): Promise<void> {
    if (!isInstalling.value) return
    isCancelling.value = true
    try {
      await client.call('cancelRuntimeInstall', {})
    } catch (error) {
      isCancelling.value = false
      notifications.fail(error)
    }
  }

  /** Forgets how the last installation ended. */
  function dismiss(): void {
    if (!isInstalling.value) install.value = null
  }

  /** Removes an installed runtime; the failure where that did not work. */
  async function remove(name: string): Promise<Failure | undefined> {
    removing.value = name
    try {
      await client.call('removeRuntime', { name })
      await environment.refresh()
      return undefined
    } catch (error) {
      return toFailure(error)
    } finally {
      removing.value = null
    }
  }

  return { install, isInstalling, isCancelling, removing, start, cancel, dismiss, remove }
})

function hasEnded({ state }: RuntimeInstall): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
