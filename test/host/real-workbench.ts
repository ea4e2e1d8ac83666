import { fileURLToPath } from 'node:url'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import type { RunEvent } from '../../electron/contract/run-event.ts'
import { createWorkbench, type Workbench } from '../../electron/engine/workbench.ts'

const root = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** The engine with real files, real session hosts and real inference; its data lie in `dataFolder`. */
export function openWorkbench(dataFolder: string): Workbench {
  return createWorkbench(
    createNodePorts({
      hostPath: root('dist/host.js'),
      resourcesFolder: root('resources'),
      dataFolder,
      batchscopeVersion: 'test',
    }),
  )
}

/** Resolves with all events once the run that is about to begin is over; `each` sees them as they come. */
export function untilOver(
  { subscribe }: Pick<Workbench, 'subscribe'>,
  each: (event: RunEvent) => void = () => undefined,
): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  return new Promise((resolve) => {
    const stop = subscribe('run', (event) => {
      events.push(event)
      each(event)
      if (event.progress === undefined || event.progress.state === 'running') return
      stop()
      resolve(events)
    })
  })
}
