import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { BatchProbe } from '../../electron/contract/batch-probe.ts'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { useConnection } from './connection.ts'
import { correctedAxes } from './draft-text.ts'
import { useDraft } from './draft.ts'
import { useModels } from './models.ts'
import { useRun } from './run.ts'

/** Choosing is over when nothing was changed for this long, in ms. */
const choicePauseMs = 400

/**
 * How far it is known whether the outputs of the open model follow the batch:
 * - `held`: not tried, because an experiment is being measured;
 * - `checking`: it will be, or is being run;
 * - `known`: it was run, or there was nothing to try;
 * - `failed`: it could not be asked.
 */
export type ProbeState =
  | { state: 'held' }
  | { state: 'checking' }
  | { state: 'known'; probe: BatchProbe }
  | { state: 'failed'; failure: Failure }

/** Runs the open model at two batch sizes, by itself, whenever its batch axes are new. */
export const useBatchProbe = defineStore('batch-probe', () => {
  const { client } = useConnection()
  const models = useModels()
  const draft = useDraft()
  const run = useRun()

  /** What was found out in this window, by model and axes. */
  const answers = new Map<string, BatchProbe>()
  const current = shallowRef<ProbeState>({ state: 'checking' })

  const question = computed(() => {
    const model = models.current
    if (model === null) return null
    const axes = correctedAxes(draft.fields, model)
    return { model, axes, key: JSON.stringify([model.sha256, model.path, axes]) }
  })
  /** Nothing else may compute while an experiment is measured. */
  const mustWait = computed(() => run.isRunning || draft.isStarting)

  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(asked: NonNullable<(typeof question)['value']>): Promise<void> {
    const isOvertaken = () => question.value?.key !== asked.key
    try {
      const batchAxes = asked.axes.length === 0 ? {} : { batchAxes: asked.axes }
      const probe = await client.call('probeBatchAxes', { path: asked.model.path, ...batchAxes })
      answers.set(asked.key, probe)
      if (!isOvertaken()) current.value = { state: 'known', probe }
    } catch (error) {
      if (!isOvertaken()) current.value = { state: 'failed', failure: toFailure(error) }
    }
  }

  function begin(pauseMs: number): void {
    clearTimeout(timer)
    const asked = question.value
    if (asked === null) return
    const known = answers.get(asked.key) ?? knownFromFile(asked.model, asked.axes)
    if (known !== undefined) current.value = { state: 'known', probe: known }
    else if (mustWait.value) current.value = { state: 'held' }
    else {
      current.value = { state: 'checking' }
      timer = setTimeout(() => void ask(asked), pauseMs)
    }
  }

  watch([() => question.value?.key, mustWait], () => begin(choicePauseMs), { immediate: true })

  /** Tries once more what could not be found out. */
  function again(): void {
    if (question.value !== null) answers.delete(question.value.key)
    begin(0)
  }

  /** Takes the batch axes that were found to work in place of those that do not. */
  function useFoundAxes(): void {
    const found = current.value.state === 'known' ? current.value.probe.batchAxes : undefined
    for (const text of found ?? []) {
      const cut = text.lastIndexOf('=')
      draft.fields.batchAxes[text.slice(0, cut)] = text.slice(cut + 1)
    }
  }

  return { current, again, useFoundAxes }
})

/** The answer where the file alone tells it: nothing needs to be run for a batch that is fixed or missing. */
function knownFromFile(model: ModelDescription, axes: readonly string[]): BatchProbe | undefined {
  const warning = model.warnings.find(({ code }) => code === 'fixed-batch' || code === 'no-batch-axis')
  if (warning === undefined || axes.length > 0) return undefined
  return { verdict: 'fixed', tried: [], message: warning.message, outputAxes: {} }
}
