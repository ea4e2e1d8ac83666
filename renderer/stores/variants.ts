import { defineStore } from 'pinia'
import { computed, reactive, ref, watch } from 'vue'
import type { VariantKind } from '../../electron/contract/derivation.ts'
import { failureLine, toFailure } from '../../electron/contract/failure.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { useConnection } from './connection.ts'
import { useDraft } from './draft.ts'
import { useFileChoice, type ChosenFile } from './file-choice.ts'
import { useMadeModels, type Making } from './made-models.ts'
import { freeName, titleOf, variantName, type VariantChoice } from './model-choices.ts'
import { useModels } from './models.ts'

/** A variant as it is listed. */
export interface VariantRow {
  name: string
  choice: VariantChoice
  /** Known once it was read, or made. */
  model: ModelDescription | undefined
  /** How far it is, for one that is made here; undefined until somebody asks for it. */
  making: Making | undefined
}

/** Models that are measured beside the open one. */
export const useVariants = defineStore('variants', () => {
  const { client } = useConnection()
  const models = useModels()
  const draft = useDraft()
  const files = useFileChoice()
  const made = useMadeModels()

  /** Files that were added, by path. */
  const read = reactive(new Map<string, ModelDescription>())
  /** What is being added; `fraction` (0 to 1) while it is uploaded. */
  const pending = ref<{ name: string; fraction?: number } | null>(null)
  /** Why the last file could not be added. */
  const failure = ref<string | undefined>()

  const rows = computed<VariantRow[]>(() =>
    draft.fields.variants.map((choice) => {
      const name = titleOf(choice)
      if ('path' in choice) return { name, choice, model: read.get(choice.path), making: undefined }
      const making = made.makingOf(choice.kind)
      return { name, choice, model: making?.state === 'made' ? making.model : undefined, making }
    }),
  )

  async function attempt(
    work: (onProgress: (name: string, fraction: number) => void) => Promise<ChosenFile | undefined>,
  ): Promise<void> {
    if (pending.value !== null) return
    failure.value = undefined
    const reference = models.current
    try {
      const chosen = await work((name, fraction) => {
        pending.value = { name, fraction }
      })
      if (chosen === undefined) return
      pending.value = { name: chosen.name }
      const model = await client.call('openModel', { path: chosen.path })
      read.set(chosen.path, model)
      // Whoever has opened another model meanwhile did not mean to measure this one beside it.
      if (models.current !== reference) return
      const taken = [variantName(models.current?.name ?? ''), ...rows.value.map(({ name }) => name)]
      draft.fields.variants.push({ name: freeName(variantName(chosen.name), taken), path: chosen.path })
    } catch (error) {
      failure.value = failureLine(toFailure(error))
    } finally {
      pending.value = null
    }
  }

  /** Asks for a model file. It may be picked together with its external data, so that any file can be picked. */
  const choose = (): Promise<void> => attempt((onProgress) => files.choose('model', '', onProgress))
  /** Adds a dropped model, with the files of its external data. */
  const take = (dropped: readonly File[]): Promise<void> =>
    attempt((onProgress) => files.bring(dropped, onProgress))

  const has = (kind: VariantKind): boolean =>
    draft.fields.variants.some((choice) => 'kind' in choice && choice.kind === kind)

  function toggle(kind: VariantKind): void {
    if (has(kind)) remove({ kind })
    else draft.fields.variants.push({ kind })
  }

  function remove(removed: VariantChoice): void {
    const title = titleOf(removed)
    draft.fields.variants = draft.fields.variants.filter((choice) => titleOf(choice) !== title)
  }

  watch(
    () => models.current,
    () => {
      failure.value = undefined
    },
  )

  return { rows, pending, failure, choose, take, has, toggle, remove, makeNow: made.make }
})
