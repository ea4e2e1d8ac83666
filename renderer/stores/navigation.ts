import { defineStore } from 'pinia'
import { ref } from 'vue'

export const pages = [
  'start',
  'model',
  'experiment',
  'live',
  'results',
  'report',
  'compare',
  'environment',
] as const
export type Page = (typeof pages)[number]

/** One experiment of one open project. */
export interface ExperimentReference {
  projectId: string
  experimentId: string
}

/** Where the user is: the page, the experiment it shows, and the trial in the inspector. */
export const useNavigation = defineStore('navigation', () => {
  const page = ref<Page>('start')
  /** The experiment that Results and Report show. */
  const selected = ref<ExperimentReference | null>(null)
  /** The trial in the inspector: of the run on Live, of the selected experiment elsewhere. */
  const trialId = ref<string | null>(null)

  function go(to: Page): void {
    if (page.value === to) return
    page.value = to
    if (to !== 'live' && to !== 'results') trialId.value = null
  }

  /** Selects an experiment and shows it on a page. */
  function showExperiment(experiment: ExperimentReference, on: Page = 'results'): void {
    const isSame =
      selected.value?.projectId === experiment.projectId &&
      selected.value.experimentId === experiment.experimentId
    if (!isSame) {
      selected.value = { projectId: experiment.projectId, experimentId: experiment.experimentId }
      trialId.value = null
    }
    go(on)
  }

  function clearSelection(): void {
    selected.value = null
    trialId.value = null
    if (page.value === 'results' || page.value === 'report') page.value = 'start'
  }

  function selectTrial(id: string | null): void {
    trialId.value = id
  }

  return { page, selected, trialId, go, showExperiment, clearSelection, selectTrial }
})
