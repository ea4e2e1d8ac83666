import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ModelDescription } from '../../electron/contract/model.ts'
import type { CommandResult } from '../../electron/contract/workbench-api.ts'
import { useConnection } from './connection.ts'

export type SampleModel = CommandResult<'sampleModels'>[number]

/** The model being looked at, and the samples that come with Batchscope. */
export const useModels = defineStore('models', () => {
  const { client } = useConnection()
  const current = shallowRef<ModelDescription | null>(null)
  /** null until they are known. */
  const samples = shallowRef<SampleModel[] | null>(null)

  client.call('sampleModels', {}).then(
    (found) => {
      samples.value = found
    },
    () => {
      // Samples are an offer: without them the page is as useful as before.
      samples.value = []
    },
  )

  /** Reads a model and makes it the current one. Rejects with a BatchscopeError; the current one then stays. */
  async function open(path: string): Promise<ModelDescription> {
    const model = await client.call('openModel', { path })
    current.value = model
    return model
  }

  /** Makes a model that is already described, of an open project, the current one. */
  function show(model: ModelDescription): void {
    current.value = model
  }

  return { current, samples, open, show }
})
