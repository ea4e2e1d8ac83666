import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useBatchProbe } from './batch-probe.ts'
import { useDraft } from './draft.ts'
import { useMadeModels } from './made-models.ts'
import { useModels } from './models.ts'
import { verdictOf } from './verdict-words.ts'

/** What is known about the open model's batch, in words. */
export const useBatchVerdict = defineStore('batch-verdict', () => {
  const probe = useBatchProbe()
  const draft = useDraft()
  const made = useMadeModels()
  const models = useModels()

  const hasFixedBatch = computed(
    () =>
      models.current?.pinnedBatch !== undefined ||
      models.current?.inputs.some(({ name, shape }) => {
        const axis = draft.fields.batchAxes[name]
        return axis !== undefined && axis !== 'none' && typeof shape[Number(axis)] === 'number'
      }) === true,
  )
  const verdict = computed(() =>
    verdictOf({
      probe: probe.current,
      making: made.makingOf('dynamic'),
      hasFixedBatch: hasFixedBatch.value,
    }),
  )
  return { verdict }
})
