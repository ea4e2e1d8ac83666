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

  async function load(refresh: boolean): Promise<void> {
    if (isMeasuring.value) return
    isMeasuring.value = true
    try {
      environment.value = await client.call('environment', { refresh })
      failure.value = null
    } catch (error) {
      failure.value = toFailure(error)
    } finally {
      isMeasuring.value = false
    }
  }

  const providers = computed(() => environment.value?.providers ?? [])
  const devices = computed(() => environment.value?.devices ?? [])
  /** Looks at devices and providers again. */
  const refresh = () => load(true)

  void load(false)
  return { environment, failure, isMeasuring, providers, devices, refresh }
})
