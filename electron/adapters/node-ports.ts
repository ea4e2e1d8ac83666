import { dirname, join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type { HostLauncher, Ports } from '../engine/ports.ts'
import { createForkLauncher } from './fork-launcher.ts'
import { createMachineProbe } from './machine.ts'
import { createLibraryProbe } from './libraries/library-probe.ts'
import { nodeClock } from './node-clock.ts'
import { createNodeFiles } from './node-files.ts'
import { createNvidiaDevices } from './nvidia-smi/devices.ts'
import { createProcessProbe } from './process-probe.ts'
import { createRuntimeStore } from './runtimes/runtime-store.ts'
import type { ScriptRunner } from './runtimes/script-runner.ts'

export interface NodePortsOptions {
  /** The built host, `dist/host.js`. */
  hostPath: string
  /** Fonts and sample models. */
  resourcesFolder: string
  /** Default: the environment variable BATCHSCOPE_DATA, else the place that the system has for an application's data. */
  dataFolder?: string
  batchscopeVersion: string
  electronVersion?: string
  /** Holds the `node_modules` with the built-in runtime. Default: two above the host, the installation's own folder. */
  builtInFolder?: string
  /** Default: `child_process.fork`. */
  launcher?: HostLauncher
  /** Runs the installers of runtimes. Default: `child_process.spawn` of this process's own Node. */
  runScript?: ScriptRunner
}

/** The engine's ports on this machine. */
export function createNodePorts(options: NodePortsOptions): Ports {
  const { hostPath, resourcesFolder, batchscopeVersion, electronVersion } = options
  const dataFolder = resolve(
    options.dataFolder ?? (process.env.BATCHSCOPE_DATA || envPaths('batchscope', { suffix: '' }).data),
  )
  return {
    clock: nodeClock,
    files: createNodeFiles({ dataFolder, resourcesFolder }),
    hosts: options.launcher ?? createForkLauncher(hostPath),
    devices: createNvidiaDevices(),
    processes: createProcessProbe(),
    runtimes: createRuntimeStore({
      dataFolder,
      builtInFolder: options.builtInFolder ?? dirname(dirname(hostPath)),
      runScript: options.runScript,
    }),
    libraries: createLibraryProbe({ linksFolder: join(dataFolder, 'library-links') }),
    machine: createMachineProbe({
      batchscope: batchscopeVersion,
      ...(electronVersion === undefined ? {} : { electron: electronVersion }),
    }),
  }
}
