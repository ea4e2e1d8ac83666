import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { DraftField, DraftProblem, ExperimentPreview } from '../../electron/contract/experiment.ts'
import { failureLine, toFailure } from '../../electron/contract/failure.ts'
import type { ModelDescription } from '../../electron/contract/model.ts'
import { useConnection } from './connection.ts'
import { blankFields, carriedFields, problemHere, toDraft } from './draft-text.ts'
import { useModels } from './models.ts'
import { useNavigation } from './navigation.ts'
import { useProjects } from './projects.ts'
import { presetOf, rulePresets, type PresetName, ruleFields } from './rule-presets.ts'
import { useRun } from './run.ts'

/** Typing is over when no key was pressed for this long, in ms. */
const typingPauseMs = 150

/** The experiment being written: its fields, what the engine says of them while they are typed, and starting it. */
export const useDraft = defineStore('draft', () => {
  const { client } = useConnection()
  const models = useModels()
  const projects = useProjects()
  const navigation = useNavigation()
  const run = useRun()

  const fields = reactive(blankFields(null))
  usePreset('standard')

  const preview = shallowRef<ExperimentPreview | null>(null)
  /** Why the draft could not be checked at all. */
  const checkFailure = ref<string | undefined>()
  /** True while what is shown is older than what is typed. */
  const isStale = ref(false)
  const isStarting = ref(false)
  const startFailure = ref<string | undefined>()

  const preset = computed(() => presetOf(fields))
  const problems = computed<readonly DraftProblem[]>(() => (preview.value?.problems ?? []).map(problemHere))
  const plan = computed(() => preview.value?.plan)
  const draft = computed(() => (models.current === null ? null : toDraft(fields, models.current)))
  const canRun = computed(
    () => draft.value !== null && problems.value.length === 0 && !run.isRunning && !isStarting.value,
  )

  let timer: ReturnType<typeof setTimeout> | undefined
  let latestCheck = 0

  /** Asks the engine what the draft as it stands would do. An answer that was overtaken is dropped. */
  async function check(): Promise<void> {
    clearTimeout(timer)
    const model = models.current
    const checked = draft.value
    if (model === null || checked === null) return
    latestCheck += 1
    const number = latestCheck
    try {
      const answer = await client.call('previewExperiment', { modelPath: model.path, draft: checked })
      if (number !== latestCheck) return
      preview.value = answer
      checkFailure.value = undefined
    } catch (error) {
      if (number !== latestCheck) return
      preview.value = null
      checkFailure.value = failureLine(toFailure(error))
    }
    isStale.value = false
  }

  watch(draft, () => {
    isStale.value = true
    startFailure.value = undefined
    clearTimeout(timer)
    timer = setTimeout(() => void check(), typingPauseMs)
  })

  /** A new draft for a model; the rules stay as they were. */
  function startFrom(model: ModelDescription): void {
    const rules = Object.fromEntries(ruleFields.map((field) => [field, fields[field]]))
    Object.assign(fields, blankFields(model), rules)
    preview.value = null
  }

  /** Goes on with a model that was made from the one before: what was typed stays. */
  function continueWith(model: ModelDescription): void {
    Object.assign(fields, carriedFields(fields, model))
    preview.value = null
  }

  function usePreset(name: PresetName): void {
    Object.assign(fields, rulePresets[name].rules)
  }

  /** What is wrong with a field, as the line under it. */
  function problemOf(field: DraftField): string | undefined {
    const problem = problems.value.find((one) => one.field === field)
    if (problem === undefined) return undefined
    return problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`
  }

  /** What is wrong with one free dimension: the problem of `dims`, where it names this one or there is only one. */
  function problemOfDim(key: string): string | undefined {
    const text = problemOf('dims')
    if (text === undefined) return undefined
    const known = Object.keys(fields.dims)
    const named = known.filter((one) => text.includes(`"${one}"`))
    return named.includes(key) || (named.length === 0 && known.length === 1) ? text : undefined
  }

  /** What is wrong with the user's own values for one input: where the problem names it, or there is only one. */
  function problemOfInput(name: string | null): string | undefined {
    const text = problemOf('inputs')
    if (text === undefined) return undefined
    const own = fields.inputs.map(({ input }) => input)
    const named = own.filter((one) => one !== null && text.includes(`"${one}"`))
    return named.includes(name) || (named.length === 0 && own.length === 1) ? text : undefined
  }

  /** Starts the experiment and shows it live; in the selected project when that already holds the same model. */
  async function start(): Promise<void> {
    const model = models.current
    if (model === null || draft.value === null || isStarting.value) return
    isStarting.value = true
    startFailure.value = undefined
    try {
      const project = projects.selected?.project
      const holdsModel =
        project?.readOnlyReason === undefined &&
        project?.models.some((one) => one.sha256 === model.sha256) === true
      const started = await run.start({
        modelPath: model.path,
        draft: draft.value,
        ...(holdsModel ? { projectId: project?.id } : {}),
      })
      await projects.refresh()
      navigation.showExperiment(started, 'live')
    } finally {
      isStarting.value = false
    }
  }

  /** `start` for the Run button: a failure is shown beside it. */
  async function startFromPage(): Promise<void> {
    try {
      await start()
    } catch (error) {
      startFailure.value = failureLine(toFailure(error))
    }
  }

  return {
    fields,
    preset,
    preview,
    problems,
    plan,
    isStale,
    isStarting,
    checkFailure,
    startFailure,
    canRun,
    check,
    startFrom,
    continueWith,
    usePreset,
    problemOf,
    problemOfDim,
    problemOfInput,
    start,
    startFromPage,
  }
})
