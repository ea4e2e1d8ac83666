import { BatchscopeError, badInput } from '../../contract/failure.ts'
import type { ProjectSummary } from '../../contract/project.ts'
import type { Ports } from '../ports.ts'
import { openProject, type Project } from './journal.ts'
import { recentProjects } from './recent-projects.ts'
import { scratchProject } from './scratch-project.ts'
import type { ExperimentState } from './state.ts'
import { summariseProject } from './summary.ts'

/** The projects that are open in this process, each under an id for the time it is open. */
export class OpenProjects {
  private readonly ports: Ports
  private readonly projects = new Map<string, Project>()
  private readonly changed: () => void
  private opened = 0

  constructor(ports: Ports, changed: () => void) {
    this.ports = ports
    this.changed = changed
  }

  get recent() {
    return recentProjects(this.ports.files)
  }

  summaries(): ProjectSummary[] {
    return [...this.projects].map(([id, project]) => summariseProject(id, project))
  }

  summary(id: string): ProjectSummary {
    return summariseProject(id, this.get(id))
  }

  get(id: string): Project {
    const project = this.projects.get(id)
    if (project === undefined) throw badInput('That project is not open any more.', 'Open it again.')
    return project
  }

  experiment(projectId: string, experimentId: string): { project: Project; experiment: ExperimentState } {
    const project = this.get(projectId)
    const experiment = project.state.experiments.get(experimentId)
    if (experiment === undefined) throw badInput('That experiment is not in this project any more.')
    return { project, experiment }
  }

  /** Opening a project that is open gives the same one. */
  async open(path: string): Promise<string> {
    const { files } = this.ports
    const full = files.resolve(path)
    for (const [id, project] of this.projects) if (project.path === full) return id
    return this.add(await this.openFile(full, 'open'), true)
  }

  /** An empty project at `path`, or under a free name in the user's data folder. */
  async create(path: string | undefined, name: string): Promise<string> {
    const { files } = this.ports
    const full = path === undefined ? await this.freePath(name) : files.resolve(path)
    return this.add(await this.openFile(full, 'create'), true)
  }

  createScratch(): string {
    return this.add(
      scratchProject(this.ports.machine.versions().batchscope, this.ports.clock.wallTime()),
      false,
    )
  }

  async saveAs(id: string, path: string): Promise<void> {
    const project = this.get(id)
    const full = this.ports.files.resolve(path)
    const other = [...this.projects].find(([otherId, { path: taken }]) => otherId !== id && taken === full)
    if (other !== undefined) throw badInput(`${full} is open.`, 'Close it first, or choose another name.')
    await project.saveAs(full)
    await this.recent.add(project.path, summariseProject(id, project).name)
    this.changed()
  }

  async close(id: string): Promise<void> {
    const project = this.get(id)
    await project.close()
    this.projects.delete(id)
    this.changed()
  }

  async closeAll(): Promise<void> {
    for (const project of this.projects.values()) await project.close()
    this.projects.clear()
  }

  private openFile(path: string, mode: 'open' | 'create'): Promise<Project> {
    const creatorVersion = this.ports.machine.versions().batchscope
    return openProject(path, this.ports.files, { creatorVersion, mode })
  }

  private add(project: Project, remember: boolean): string {
    this.opened += 1
    const id = `p${this.opened}`
    this.projects.set(id, project)
    if (remember) {
      // The recent list is a convenience: failing to write it must not fail the opening.
      void this.recent.add(project.path, summariseProject(id, project).name).catch(() => undefined)
    }
    this.changed()
    return id
  }

  private async freePath(name: string): Promise<string> {
    const { files } = this.ports
    const stem = name.replace(/[^\p{L}\p{N}._ -]+/gu, '-').slice(0, 80)
    for (let attempt = 1; attempt < 1000; attempt += 1) {
      const suffix = attempt === 1 ? '' : ` ${attempt}`
      const path = files.resolve(files.dataFolder, 'projects', `${stem}${suffix}.batchscope`)
      if ((await files.stat(path)) === undefined) return path
    }
    throw new BatchscopeError({
      code: 'disk',
      message: `There is no free name for ${stem} in ${files.dataFolder}.`,
      hint: 'Remove old projects from that folder.',
      owner: 'user',
    })
  }
}
