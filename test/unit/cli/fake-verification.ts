import { resolve } from 'node:path'
import type { Session, UsedCommands } from '../../../electron/cli/session.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const unexpected = (what: string) => () => {
  throw new Error(`Nothing is ${what} here.`)
}

/** What `verify` works with on a machine that has nothing to verify: enough to look at it, and nothing that runs. */
export function fakeVerification(commands: UsedCommands): Session['verification'] {
  return {
    generator: 'batchscope 0.1.0',
    commands: {
      ...commands,
      ...{ startExperiment: unexpected('measured'), experimentHistory: unexpected('measured') },
    },
    subscribe: () => () => undefined,
    ports: {
      clock: new ManualClock(),
      hosts: { launch: unexpected('launched') },
      files: {
        ...{ dataFolder: '/data', resourcesFolder: '/resources' },
        ...{ resolve: (...parts: string[]) => resolve('/', ...parts), write: unexpected('written') },
      },
    },
    programs: {
      run: async (program) => ({ started: false, reason: `There is no program ${program} here.` }),
    },
  }
}
