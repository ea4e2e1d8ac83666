import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { parseThreshold, type Comparison } from '../../electron/contract/comparison.ts'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { ExperimentSummary, ProjectSummary } from '../../electron/contract/project.ts'
import { oneAtATime } from './analysis-requests.ts'
import { useConnection } from './connection.ts'
import { useNavigation } from './navigation.ts'
import { useProjects } from './projects.ts'

/** The threshold is typed; the engine is asked this long after the last letter, in ms. */
const typingPauseMs = 250

/** An experiment that can be compared, under a key that a field can hold. */
export interface ComparableExperiment {
  key: string
  project: ProjectSummary
  experiment: ExperimentSummary
}

/** Two experiments of open projects and how the second compares with the first. */
export const useComparison = defineStore('comparison', () => {
  const { client } = useConnection()
  const navigation = useNavigation()
  const projects = useProjects()

  const beforeKey = ref('')
  const afterKey = ref('')
  const thresholdText = ref('3 %')
  const result = shallowRef<Comparison | null>(null)
  const failure = ref<Failure | null>(null)

  /** Those with numbers, project by project. */
  const choices = computed((): ComparableExperiment[] =>
    (projects.open ?? []).flatMap((project) =>
      project.experiments.flatMap((experiment) =>
        experiment.completed > 0 ? [{ key: keyOf(project.id, experiment.id), project, experiment }] : [],
      ),
    ),
  )
  const chosen = (key: string) => choices.value.find((choice) => choice.key === key)
  const before = computed(() => chosen(beforeKey.value))
  const after = computed(() => chosen(afterKey.value))
  const threshold = computed(() => parseThreshold(thresholdText.value))
  /** True when both are chosen and are not one and the same. */
  const isAnswerable = computed(
    () => before.value !== undefined && after.value !== undefined && before.value !== after.value,
  )

  /** What the answer depends on: also on how much of either has been measured. */
  const question = computed(() =>
    isAnswerable.value && threshold.value !== undefined
      ? [before, after]
          .map(({ value }) => `${value?.key} ${value?.experiment.completed} ${value?.experiment.name}`)
          .join(' ') + ` ${threshold.value}`
      : '',
  )

  const requests = oneAtATime(async () => {
    const asked = question.value
    const [one, other] = [before.value, after.value]
    if (asked === '' || one === undefined || other === undefined) return
    try {
      const answer = await client.call('compareExperiments', {
        before: { projectId: one.project.id, experimentId: one.experiment.id },
        after: { projectId: other.project.id, experimentId: other.experiment.id },
        ...(threshold.value !== undefined && { threshold: threshold.value }),
      })
      if (asked !== question.value) return
      result.value = answer
      failure.value = null
    } catch (error) {
      if (asked !== question.value) return
      result.value = null
      failure.value = toFailure(error)
    }
  })

  /** Chooses what is likely meant: the selected experiment (else the newest) against the one of its model before it. */
  function suggest(): void {
    if (isAnswerable.value) return
    const all = choices.value
    const selected = navigation.selected
    const latest =
      after.value ??
      (selected && chosen(keyOf(selected.projectId, selected.experimentId))) ??
      all.toSorted((one, other) => (one.experiment.started < other.experiment.started ? -1 : 1)).at(-1)
    if (latest === undefined) return
    const others = all
      .filter(({ key }) => key !== latest.key)
      .toSorted((one, other) => (one.experiment.started < other.experiment.started ? 1 : -1))
    const alike = others.filter(({ experiment }) => experiment.modelSha256 === latest.experiment.modelSha256)
    const earlier = alike.find(({ experiment }) => experiment.started < latest.experiment.started)
    afterKey.value = latest.key
    beforeKey.value = (earlier ?? alike[0] ?? others[0])?.key ?? ''
  }

  function swap(): void {
    ;[beforeKey.value, afterKey.value] = [afterKey.value, beforeKey.value]
  }

  watch([beforeKey, afterKey], () => {
    // Nobody shall read the numbers of one pair under the names of another.
    result.value = null
    failure.value = null
  })
  watch(question, (now, was) => {
    if (now === '') return
    requests.ask(was === '' || result.value === null ? 0 : typingPauseMs)
  })

  return {
    beforeKey,
    afterKey,
    thresholdText,
    threshold,
    choices,
    before,
    after,
    isAnswerable,
    result,
    failure,
    suggest,
    swap,
  }
})

const keyOf = (projectId: string, experimentId: string) => `${projectId}/${experimentId}`
