import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { CommandResult } from '../../electron/contract/workbench-api.ts'
import { useAnalysis } from './analysis.ts'
import { useConnection } from './connection.ts'
import { useNavigation } from './navigation.ts'
import { useRun } from './run.ts'

/** The trial in the inspector: its report, and its samples and telemetry, fetched when it is selected. */
export const useTrialDetail = defineStore('trial-detail', () => {
  const { client } = useConnection()
  const navigation = useNavigation()
  const analysis = useAnalysis()
  const run = useRun()

  const samples = shallowRef<CommandResult<'trialDetail'> | null>(null)
  const failure = ref<Failure | null>(null)
  const isLoading = ref(false)

  /** On Live the run's experiment, elsewhere the selected one. */
  const experiment = computed(() => (navigation.page === 'live' ? run.snapshot : navigation.selected))
  const live = computed(() =>
    navigation.page === 'live' ? run.trials.find(({ trial }) => trial.id === navigation.trialId) : undefined,
  )
  const report = computed(() => {
    if (navigation.trialId === null) return undefined
    return navigation.page === 'live' ? live.value?.report : analysis.trialsById.get(navigation.trialId)
  })
  /** Configuration of the trial, known even before it ended. */
  const config = computed(() => report.value?.config ?? live.value?.trial.config)

  let asked = 0
  async function fetchDetail(): Promise<void> {
    asked += 1
    const number = asked
    const { trialId } = navigation
    if (trialId === null || experiment.value === null) {
      samples.value = null
      return
    }
    const { projectId, experimentId } = experiment.value
    isLoading.value = true
    try {
      const answer = await client.call('trialDetail', { projectId, experimentId, trialId })
      if (number !== asked) return
      samples.value = answer
      failure.value = null
    } catch (error) {
      if (number === asked) failure.value = toFailure(error)
    } finally {
      if (number === asked) isLoading.value = false
    }
  }

  watch(
    () => [experiment.value?.projectId, experiment.value?.experimentId, navigation.trialId] as const,
    () => {
      samples.value = null
      failure.value = null
      void fetchDetail()
    },
    { immediate: true },
  )
  // Another execution of the trial ended: what is shown stays until the new samples are there.
  watch(
    () => report.value?.executions,
    (executions, before) => {
      if (executions !== undefined && before !== undefined && executions !== before) void fetchDetail()
    },
  )

  return { samples, failure, isLoading, report, config }
})
