import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Goal, TrialReport } from '../../electron/contract/analysis.ts'
import type { Slo } from '../../electron/contract/experiment.ts'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import type { CommandResult } from '../../electron/contract/workbench-api.ts'
import { oneAtATime } from './analysis-requests.ts'
import { useConnection } from './connection.ts'
import { useNavigation } from './navigation.ts'
import { useRun } from './run.ts'

/** A latency bound is moved many times a second while it is dragged; the engine is asked this often at most, in ms. */
const boundPauseMs = 50

/** While the experiment runs, every ended execution changes the analysis; it is asked for this often at most, in ms. */
const runPauseMs = 500

/** What the selected experiment's executions show, for a latency bound that can be moved. */
export const useAnalysis = defineStore('analysis', () => {
  const { client } = useConnection()
  const navigation = useNavigation()
  const run = useRun()

  const result = shallowRef<CommandResult<'analyse'> | null>(null)
  const failure = ref<Failure | null>(null)
  const isLoading = ref(false)
  /** The bound that the recommendations are made for: null for none, undefined for the experiment's own. */
  const slo = shallowRef<Slo | null | undefined>(undefined)
  const goal = ref<Goal | null>(null)

  const requests = oneAtATime(async () => {
    const target = navigation.selected
    if (target === null) return
    isLoading.value = true
    const { projectId, experimentId } = target
    const bound = slo.value === undefined ? {} : { slo: slo.value }
    try {
      const answer = await client.call('analyse', { projectId, experimentId, ...bound })
      if (navigation.selected !== target) return
      result.value = answer
      failure.value = null
    } catch (error) {
      if (navigation.selected === target) failure.value = toFailure(error)
    } finally {
      isLoading.value = false
    }
  })

  const trialsById = computed(
    () => new Map<string, TrialReport>(result.value?.analysis.trials.map((trial) => [trial.id, trial])),
  )

  /** The bound in force: the moved one, else the experiment's own. */
  const effectiveSlo = computed(() =>
    slo.value === undefined ? (result.value?.spec.constraints.slo ?? null) : slo.value,
  )

  /** Moves the latency bound, removes it (null), or goes back to the experiment's own (undefined). */
  function setSlo(next: Slo | null | undefined): void {
    slo.value = next
    // Whoever moves a bound wants to see what it does.
    goal.value = next ? 'slo' : null
    requests.ask(boundPauseMs)
  }

  /** True when the selected experiment is the one that is being measured. */
  const isLive = computed(
    () =>
      run.isRunning &&
      run.snapshot?.projectId === navigation.selected?.projectId &&
      run.snapshot?.experimentId === navigation.selected?.experimentId,
  )

  watch(
    () => navigation.selected,
    () => {
      result.value = null
      failure.value = null
      slo.value = undefined
      goal.value = null
      requests.ask(0)
    },
    // At once: nobody shall read the numbers of one experiment under the name of another.
    { immediate: true, flush: 'sync' },
  )
  watch(
    () => [run.progress?.executionsDone, run.progress?.state] as const,
    ([, state], [, before]) => {
      if (isLive.value || (state !== before && before === 'running')) requests.ask(runPauseMs)
    },
  )

  return {
    result,
    failure,
    isLoading,
    isLive,
    slo,
    effectiveSlo,
    goal,
    trialsById,
    setSlo,
    reload: () => requests.ask(0),
  }
})
