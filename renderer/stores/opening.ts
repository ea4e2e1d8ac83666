import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { toFailure, type Failure } from '../../electron/contract/failure.ts'
import { useConnection } from './connection.ts'
import { useDraft } from './draft.ts'
import { isArrayFile, isModelFile } from './model-choices.ts'
import { useModels } from './models.ts'
import { useNavigation } from './navigation.ts'
import { useNotifications } from './notifications.ts'
import { useOwnInputs } from './own-inputs.ts'
import { useProjects } from './projects.ts'
import { useVariants } from './variants.ts'

const isProjectPath = (path: string) => path.toLowerCase().endsWith('.batchscope')

/** Opening models and projects, from wherever they come: a drop, a dialog, a list, the command line of the desktop. */
export const useOpening = defineStore('opening', () => {
  const { client } = useConnection()
  const models = useModels()
  const projects = useProjects()
  const draft = useDraft()
  const navigation = useNavigation()
  const notifications = useNotifications()
  const ownInputs = useOwnInputs()
  const variants = useVariants()

  /** What is being opened; `fraction` (0 to 1) while it is uploaded. */
  const pending = ref<{ name: string; fraction?: number } | null>(null)
  /** Why the last one could not be opened. */
  const failure = ref<Failure | null>(null)

  async function attempt(name: string, work: () => Promise<void>): Promise<boolean> {
    if (pending.value !== null) return false
    pending.value = { name }
    failure.value = null
    try {
      await work()
      return true
    } catch (error) {
      failure.value = toFailure(error)
      navigation.go('start')
      return false
    } finally {
      pending.value = null
    }
  }

  async function openNow(path: string): Promise<void> {
    if (isProjectPath(path)) {
      const project = await projects.openProject(path)
      for (const notice of project.notices) notifications.note(notice)
      if (project.readOnlyReason !== undefined) notifications.note(project.readOnlyReason)
      const latest = project.experiments.at(-1)
      if (latest !== undefined) {
        const isRunning = latest.state === 'running'
        navigation.showExperiment(
          { projectId: project.id, experimentId: latest.id },
          isRunning ? 'live' : 'results',
        )
      }
    } else {
      draft.startFrom(await models.open(path))
      navigation.go('model')
    }
  }

  /** Opens a project or a model by its path on the engine's machine. */
  const openPath = (path: string): Promise<boolean> =>
    attempt(path.split(/[\\/]/).at(-1) ?? path, () => openNow(path))

  /**
   * Opens dropped or picked files: a project, or a model with the files of its external data beside it. The first that
   * looks like either is opened; the engine says what is wrong when none is.
   */
  function openFiles(files: readonly File[]): Promise<boolean> {
    const main =
      files.find((file) => isProjectPath(file.name)) ??
      files.find((file) => file.name.toLowerCase().endsWith('.onnx')) ??
      files[0]
    if (main === undefined) return Promise.resolve(false)
    const companions = isProjectPath(main.name) ? [] : files.filter((file) => file !== main)
    return attempt(main.name, async () => {
      const onProgress = (fraction: number) => {
        pending.value = { name: main.name, fraction }
      }
      const path = await client.pathFor(main, onProgress, companions)
      pending.value = { name: main.name }
      await openNow(path)
    })
  }

  /** Whether a model that is dropped now is measured beside the open one instead of being opened. */
  const dropsAddVariants = computed(() => navigation.page === 'experiment' && models.current !== null)

  /**
   * Takes what was dropped on the window: on the Experiment page a model becomes a variant of the open one, NumPy arrays
   * become the values of an input wherever a model is open, and everything else is opened.
   */
  async function dropFiles(files: readonly File[]): Promise<void> {
    const array = files.find(({ name }) => isArrayFile(name))
    const hasModel = files.some(({ name }) => isModelFile(name))
    if (array !== undefined && !hasModel) {
      if (models.current === null) return refuse(arrayWithoutModel(array.name))
      navigation.go('model')
      return ownInputs.take(array)
    }
    if (hasModel && dropsAddVariants.value) return variants.take(files)
    await openFiles(files)
  }

  /** Reads a sample model and measures it at once, briefly. */
  const profileSample = (sample: { name: string; path: string }): Promise<boolean> =>
    attempt(sample.name, async () => {
      draft.startFrom(await models.open(sample.path))
      draft.usePreset('quick')
      await draft.start()
    })

  /** Says why something that is no file cannot be opened. */
  function refuse(reason: Failure): void {
    failure.value = reason
    navigation.go('start')
  }

  return { pending, failure, dropsAddVariants, openPath, openFiles, dropFiles, profileSample, refuse }
})

const arrayWithoutModel = (name: string): Failure => ({
  code: 'bad-input',
  message: `"${name}" holds values for an input, and no model is open.`,
  hint: 'Open the model first, then drop its values.',
  owner: 'user',
})
