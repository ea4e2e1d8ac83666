import { describe, expect, it } from 'vitest'
import type { CommandName } from '../../../electron/contract/workbench-api.ts'
import { saveProjectWithDialog } from '../../../renderer/client/project-saving.ts'
import type { Call } from '../../../renderer/client/remote-workbench.ts'
import { plausibleProject } from '../../fixtures/plausible-workbench.ts'

/** A desktop whose dialog is answered with `path`; notes what was called. */
function desktop(path: string | null) {
  const called: CommandName[] = []
  const call = ((name: CommandName) => {
    called.push(name)
    return Promise.resolve(name === 'chooseSavePath' ? path : { ...plausibleProject, path })
  }) as Call
  return { save: saveProjectWithDialog(call), called }
}

const project = { projectId: 'p1', suggestedName: 'a.batchscope' }

describe('saving a project in the desktop', () => {
  it('writes to the place that was chosen, and says which', async () => {
    const { save, called } = desktop('/elsewhere/copy.batchscope')
    expect(await save(project)).toBe('/elsewhere/copy.batchscope')
    expect(called).toEqual(['chooseSavePath', 'saveProjectAs'])
  })

  it('writes nothing when the person declines', async () => {
    const { save, called } = desktop(null)
    expect(await save(project)).toBeNull()
    expect(called).toEqual(['chooseSavePath'])
  })
})
