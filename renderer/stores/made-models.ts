import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import type { DerivationKind } from '../../electron/contract/derivation.ts'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { useConnection } from './connection.ts'
import { correctedAxes } from './draft-text.ts'
import { useDraft } from './draft.ts'
import { useModels } from './models.ts'

/** How far the making of one model is. */
export type Making =
  | { state: 'making'; sinceMs: number }
  | { state: 'made'; model: ModelDescription }
  | { state: 'failed'; failure: Failure }

/** Models that are made here from the open one: with the batch set free, and in other precisions. */
export const useMadeModels = defineStore('made-models', () => {
  const connection = useConnection()
  const models = useModels()
  const draft = useDraft()

  const makings = reactive(new Map<string, Making>())
  /** What is made depends on the batch axes too, as they are chosen now. */
  function keyOf(model: ModelDescription, kind: DerivationKind): string {
    return JSON.stringify([kind, model.sha256, model.path, correctedAxes(draft.fields, model)])
  }

  /** How far the making from the open model is; undefined where it was not asked for in this window. */
  function makingOf(kind: DerivationKind): Making | undefined {
    return models.current === null ? undefined : makings.get(keyOf(models.current, kind))
  }

  /** Makes a model from the open one, or gives the one that was made; undefined where that failed. */
  async function make(kind: DerivationKind): Promise<ModelDescription | undefined> {
    const from = models.current
    if (from === null) return undefined
    const key = keyOf(from, kind)
    const known = makings.get(key)
    if (known?.state === 'made') return known.model
    if (known?.state === 'making') return undefined
    makings.set(key, { state: 'making', sinceMs: performance.now() })
    const axes = correctedAxes(draft.fields, from)
    try {
      const model = await connection.client.call('makeModel', {
        path: from.path,
        kind,
        ...(axes.length === 0 ? {} : { batchAxes: axes }),
      })
      makings.set(key, { state: 'made', model })
      return model
    } catch (error) {
      makings.set(key, { state: 'failed', failure: toFailure(error) })
      return undefined
    }
  }

  /** Models that another was made from, by the path of the one that was made. */
  const originals = new Map<string, ModelDescription>()

  /** Makes a copy of the open model that takes any batch size, and opens it in its place. */
  async function setBatchFree(): Promise<void> {
    const original = models.current
    const made = await make('dynamic')
    // Whoever has opened another one meanwhile wants to see that.
    if (original === null || made === undefined || models.current?.path !== original.path) return
    originals.set(made.path, original)
    models.show(made)
    draft.continueWith(made)
  }

  const isGoingBack = ref(false)
  /** Opens the model that the open one was made from. Rejects with a BatchscopeError where it is gone. */
  async function backToOriginal(): Promise<void> {
    const made = models.current
    if (made?.derivation === undefined) return
    const known = originals.get(made.path)
    isGoingBack.value = true
    try {
      if (known === undefined) await models.open(made.derivation.from.path)
      else models.show(known)
      if (models.current !== null) draft.continueWith(models.current)
    } finally {
      isGoingBack.value = false
    }
  }

  const isSaving = ref(false)
  /** Saves the open model, which was made here: where it went, or null when the user declined. */
  async function save(): Promise<string | null> {
    const model = models.current
    if (model === null) return null
    isSaving.value = true
    try {
      return await connection.client.saveModel({
        path: model.path,
        suggestedName: model.name,
        companions: model.externalData.map(({ path }) => path),
      })
    } finally {
      isSaving.value = false
    }
  }
  /** Without dialogs of our own the browser saves it among its downloads. */
  const savesAsDownload = computed(() => connection.capabilities?.dialogs !== true)

  return { makingOf, make, setBatchFree, backToOriginal, isGoingBack, save, isSaving, savesAsDownload }
})
