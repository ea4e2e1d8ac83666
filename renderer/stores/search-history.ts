import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { failureLine, toFailure } from '../../electron/contract/failure.ts'
import { useAnalysis } from './analysis.ts'
import { useConnection } from './connection.ts'
import { useNavigation } from './navigation.ts'
import { useRun } from './run.ts'

/**
 * The planner's decisions of the selected experiment, fetched when somebody wants to see them; while the experiment runs
 * they are those of the run.
 */
export const useSearchHistory = defineStore('search-history', () => {
  const { client } = useConnection()
  const navigation = useNavigation()
  const analysis = useAnalysis()
  const run = useRun()

  const fetched = shallowRef<readonly string[] | null>(null)
  /** Why they could not be fetched, as one line. */
  const failure = shallowRef<string>()
  let isWanted = false

  /** null until they are known. */
  const decisions = computed(() => (analysis.isLive ? run.decisions : fetched.value))

  async function fetchDecisions(): Promise<void> {
    const target = navigation.selected
    if (target === null || analysis.isLive) return
    const { projectId, experimentId } = target
    try {
      const history = await client.call('experimentHistory', { projectId, experimentId, telemetry: false })
      if (navigation.selected === target) fetched.value = history.decisions
    } catch (error) {
      if (navigation.selected === target) failure.value = failureLine(toFailure(error))
    }
  }

  /** Fetches the decisions, now and for every experiment selected from now on. */
  function want(): void {
    isWanted = true
    if (fetched.value === null) void fetchDecisions()
  }

  watch(
    () => [navigation.selected, analysis.isLive] as const,
    () => {
      fetched.value = null
      failure.value = undefined
      if (isWanted) void fetchDecisions()
    },
  )

  return { decisions, failure, want }
})
