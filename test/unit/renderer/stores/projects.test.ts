import { beforeEach, describe, expect, it } from 'vitest'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useProjects } from '../../../../renderer/stores/projects.ts'
import type { FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleProject } from '../../../fixtures/plausible-workbench.ts'
import { settle, withFakeClient } from './with-fake-client.ts'

const finished = { projectId: 'project-1', experimentId: 'experiment-1' }

describe('the open projects', () => {
  let client: FakeClient
  beforeEach(() => {
    client = withFakeClient()
  })

  it('are fetched once, and follow what the engine says', async () => {
    const projects = useProjects()
    await settle()
    expect(projects.open).toEqual([plausibleProject])
    client.emit('projects', [])
    expect(projects.open).toEqual([])
    expect(client.count('openProjects')).toBe(1)
  })

  it('are fetched again when a lost connection is back', async () => {
    useProjects()
    await settle()
    client.setConnection('reconnecting')
    client.setConnection('connected')
    await settle()
    expect(client.count('openProjects')).toBe(2)
  })

  it('let go of an experiment that was removed while it was shown', async () => {
    const projects = useProjects()
    await settle()
    useNavigation().showExperiment(finished)
    expect(projects.selected?.experiment.name).toBe('auto, cpu')
    client.emit('projects', [{ ...plausibleProject, experiments: [] }])
    expect(projects.selected).toBeUndefined()
    expect(useNavigation().page).toBe('start')
  })

  it('are saved elsewhere under their own name', async () => {
    const projects = useProjects()
    await settle()
    expect(await projects.saveAs(plausibleProject)).toBe(`${plausibleProject.name}.batchscope`)
  })

  it('find the experiment that runs', async () => {
    const projects = useProjects()
    await settle()
    expect(projects.running).toBeUndefined()
    const [experiment] = plausibleProject.experiments
    client.emit('projects', [
      {
        ...plausibleProject,
        experiments: experiment === undefined ? [] : [{ ...experiment, state: 'running' }],
      },
    ])
    expect(projects.running?.experiment.id).toBe('experiment-1')
  })
})
