import { join } from 'node:path'
import { findInstallation } from '../adapters/installation.ts'
import { createNodePorts } from '../adapters/node-ports.ts'
import { programRunner } from '../adapters/program-runner.ts'
import type { EngineCommands, Subscribe } from '../contract/workbench-api.ts'
import type { FileStore } from '../engine/ports.ts'
import type { VerificationTools } from '../engine/verification/scene.ts'
import { createWorkbench } from '../engine/workbench.ts'

/** The engine's commands that the command line uses. */
export type UsedCommands = Pick<
  EngineCommands,
  | 'environment'
  | 'openModel'
  | 'makeModel'
  | 'saveModelAs'
  | 'probeBatchAxes'
  | 'openProject'
  | 'createProject'
  | 'previewExperiment'
  | 'startExperiment'
  | 'stopExperiment'
  | 'analyse'
  | 'compareExperiments'
  | 'renderReport'
  | 'saveReport'
  | 'installRuntime'
  | 'cancelRuntimeInstall'
  | 'removeRuntime'
>

/** What a command works with: the engine, and the files of this machine. */
export interface Session {
  commands: UsedCommands
  subscribe: Subscribe
  files: Pick<FileStore, 'resolve' | 'stat' | 'folderOf' | 'write'>
  /** What `verify` works with besides. */
  verification: VerificationTools & { generator: string }
  close(): Promise<void>
}

/** The engine of this installation, in this process. */
export function openSession(): Session {
  const { distFolder, resourcesFolder, version } = findInstallation(import.meta.url)
  const ports = createNodePorts({
    hostPath: join(distFolder, 'host.js'),
    resourcesFolder,
    batchscopeVersion: version,
  })
  const workbench = createWorkbench(ports)
  return {
    commands: workbench.commands,
    subscribe: workbench.subscribe,
    files: ports.files,
    verification: {
      ...{ commands: workbench.commands, subscribe: workbench.subscribe },
      ...{ ports, programs: programRunner, generator: `batchscope ${version}` },
    },
    close: () => workbench.shutdown(),
  }
}
