import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ExperimentSummary, ProjectSummary } from '../../electron/contract/project.ts'
import type { CommandResult, ReportFormat } from '../../electron/contract/workbench-api.ts'
import { useConnection } from './connection.ts'
import { useNavigation, type ExperimentReference } from './navigation.ts'

export type RecentProject = CommandResult<'recentProjects'>[number]

/** The open projects with their experiments, and those opened recently. Commands reject with a BatchscopeError. */
export const useProjects = defineStore('projects', () => {
  const connection = useConnection()
  const { client } = connection
  const navigation = useNavigation()

  /** null until they are known. */
  const open = shallowRef<ProjectSummary[] | null>(null)
  const recent = shallowRef<RecentProject[] | null>(null)

  function take(projects: ProjectSummary[]): void {
    open.value = projects
    const selected = navigation.selected
    if (selected !== null && find(selected) === undefined) navigation.clearSelection()
  }

  async function refresh(): Promise<void> {
    const [projects, recents] = await Promise.allSettled([
      client.call('openProjects', {}),
      client.call('recentProjects', {}),
    ])
    take(projects.status === 'fulfilled' ? projects.value : (open.value ?? []))
    recent.value = recents.status === 'fulfilled' ? recents.value : (recent.value ?? [])
  }

  client.subscribe('projects', take)
  watch(
    () => connection.state,
    (state) => {
      if (state === 'connected') void refresh()
    },
    { flush: 'sync' },
  )
  void refresh()

  function find(
    reference: ExperimentReference,
  ): { project: ProjectSummary; experiment: ExperimentSummary } | undefined {
    const project = open.value?.find((one) => one.id === reference.projectId)
    const experiment = project?.experiments.find((one) => one.id === reference.experimentId)
    return project === undefined || experiment === undefined ? undefined : { project, experiment }
  }

  /** The experiment that Results and Report show, with its project. */
  const selected = computed(() => (navigation.selected === null ? undefined : find(navigation.selected)))
  const running = computed(() =>
    (open.value ?? [])
      .flatMap((project) => project.experiments.map((experiment) => ({ project, experiment })))
      .find(({ experiment }) => experiment.state === 'running'),
  )

  function keep(project: ProjectSummary): ProjectSummary {
    const others = (open.value ?? []).filter((one) => one.id !== project.id)
    take([...others, project])
    return project
  }

  async function openProject(path: string): Promise<ProjectSummary> {
    const project = keep(await client.call('openProject', { path }))
    client.call('recentProjects', {}).then(
      (recents) => {
        recent.value = recents
      },
      () => {},
    )
    return project
  }

  const close = async (projectId: string): Promise<void> => {
    await client.call('closeProject', { projectId })
  }

  /** Saves a project elsewhere: where the user chooses, or among the browser's downloads. Null when they declined. */
  const saveAs = ({ id, name }: ProjectSummary): Promise<string | null> =>
    client.saveProject({ projectId: id, suggestedName: `${name}.batchscope` })

  const rename = async (reference: ExperimentReference, name: string): Promise<void> => {
    await client.call('renameExperiment', { ...plain(reference), name })
  }
  const remove = async (reference: ExperimentReference): Promise<void> => {
    await client.call('removeExperiment', plain(reference))
  }
  /** Where it went, or null when the user declined. */
  const saveReport = (
    reference: ExperimentReference,
    format: ReportFormat,
    suggestedName: string,
  ): Promise<string | null> => client.saveReport({ ...plain(reference), format, suggestedName })

  /** A report's text, for a preview. */
  const renderText = async (reference: ExperimentReference, format: ReportFormat): Promise<string> =>
    (await client.call('renderReport', { ...plain(reference), format })).content

  return {
    open,
    recent,
    selected,
    running,
    find,
    refresh,
    openProject,
    close,
    saveAs,
    rename,
    remove,
    saveReport,
    renderText,
  }
})

const plain = ({ projectId, experimentId }: ExperimentReference) => ({ projectId, experimentId })
