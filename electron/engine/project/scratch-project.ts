import { badInput } from '../../contract/failure.ts'
import { projectFormatVersion } from '../../contract/project.ts'
import { createFold } from './fold.ts'
import type { Project } from './journal.ts'

/** A project without a file, for a run whose results are only printed or exported. */
export function scratchProject(creatorVersion: string, created: string): Project {
  const fold = createFold({
    format: 'batchscope-project',
    formatVersion: projectFormatVersion,
    creator: 'batchscope',
    creatorVersion,
    created,
  })
  return {
    path: '',
    name: 'unsaved',
    state: fold.state,
    notices: [],
    append: async (record) => {
      fold.apply(record)
    },
    flush: async () => undefined,
    saveAs: () => Promise.reject(badInput('A run without a project file cannot be saved afterwards.')),
    text: () => Promise.reject(badInput('A run without a project file has none to read.')),
    close: async () => undefined,
  }
}
