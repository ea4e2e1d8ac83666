import envPaths from 'env-paths'
import type { HostLauncher, Ports } from '../engine/ports.ts'
import { createForkLauncher } from './fork-launcher.ts'
import { createMachineProbe } from './machine.ts'
import { nodeClock } from './node-clock.ts'
import { createNodeFiles } from './node-files.ts'
import { nvidiaDevices } from './nvidia-smi.ts'
import { createProcessProbe } from './process-probe.ts'

export interface NodePortsOptions {
  /** The built host, `dist/host.js`. */
  hostPath: string
  /** Fonts and sample models. */
  resourcesFolder: string
  /** Default: the environment variable BATCHSCOPE_DATA, else the place that the system has for an application's data. */
  dataFolder?: string
  batchscopeVersion: string
  electronVersion?: string
  /** Default: `child_process.fork`. */
  launcher?: HostLauncher
}

/** The engine's ports on this machine. */
export function createNodePorts(options: NodePortsOptions): Ports {
  const { hostPath, resourcesFolder, batchscopeVersion, electronVersion } = options
  const dataFolder =
    options.dataFolder ?? (process.env.BATCHSCOPE_DATA || envPaths('batchscope', { suffix: '' }).data)
  return {
    clock: nodeClock,
    files: createNodeFiles({ dataFolder, resourcesFolder }),
    hosts: options.launcher ?? createForkLauncher(hostPath),
    devices: nvidiaDevices,
    processes: createProcessProbe(),
    machine: createMachineProbe({
      batchscope: batchscopeVersion,
      ...(electronVersion === undefined ? {} : { electron: electronVersion }),
    }),
  }
}
