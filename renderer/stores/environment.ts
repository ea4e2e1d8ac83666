import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Environment } from '../../electron/contract/environment.ts'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import { useConnection } from './connection.ts'

/** The machine and its software, as the engine sees them. */
export const useEnvironment = defineStore('environment', () => {
  const { client } = useConnection()
  const environment = shallowRef<Environment | null>(null)
  const failure = ref<Failure | null>(null)
  const isMeasuring = ref(false)

  let measuring: Promise<void> | undefined
  /** What is being measured was overtaken by something that changed. */
  let isOvertaken = false

  async function measure(refresh: boolean): Promise<void> {
    isOvertaken = false
    try {
      environment.value = await client.call('environment', { refresh })
      failure.value = null
    } catch (error) {
      failure.value = toFailure(error)
    }
    if (isOvertaken) await measure(true)
  }

  function load(refresh: boolean): Promise<void> {
    isOvertaken ||= refresh
    if (measuring === undefined) {
      isMeasuring.value = true
      measuring = measure(refresh).finally(() => {
        measuring = undefined
        isMeasuring.value = false
      })
    }
    return measuring
  }

  const providers = computed(() => environment.value?.providers ?? [])
  const devices = computed(() => environment.value?.devices ?? [])
  /** The built-in one first. */
  const runtimes = computed(() => environment.value?.runtimes ?? [])
  /** Looks at devices, runtimes and providers again; resolves when what was found is of after this call. */
  const refresh = () => load(true)

  void load(false)
  return { environment, failure, isMeasuring, providers, devices, runtimes, refresh }
})
