import type { Device, Environment, FoundLibrary } from '../../contract/environment.ts'
import { reasonAgainst } from '../../contract/runtime-offers.ts'
import type { Ports } from '../ports.ts'

/** What is known of the machine before any runtime is tried. */
export interface MachineFacts {
  host: Environment['host']
  /** What people call the system: `Linux`, `macOS`, `Windows`. */
  platform: string
  devices: Device[]
  telemetry: Environment['deviceTelemetry']
  driver: Environment['driver']
  /** In the order in which they would be searched. */
  libraries: FoundLibrary[]
  /** Whether a device of NVIDIA's is in the machine, with a driver or without; `undefined` where nothing tells. */
  nvidiaHardware: boolean | undefined
  /** Runtimes outside it came with Batchscope, and cannot be removed. */
  dataFolder: string
}

export async function machineFacts(ports: Ports): Promise<MachineFacts> {
  const [host, { devices, telemetry }, told, libraries, nvidiaHardware] = await Promise.all([
    ports.machine.describe(),
    ports.devices.list(),
    ports.devices.driver(),
    ports.libraries.find(),
    ports.machine.hasNvidiaDevice?.(),
  ])
  const platform = platformName(host.kernel)
  // A tool that prints no header tells its driver with each device.
  const version = devices.find((device) => device.driver !== undefined)?.driver
  const driver = told ?? (version === undefined ? undefined : { version })
  const { dataFolder } = ports.files
  return { host, platform, devices, telemetry, driver, libraries, nvidiaHardware, dataFolder }
}

/** True where there are runtimes with CUDA: elsewhere nothing is missing. */
export function canHaveCuda({ host }: Pick<MachineFacts, 'host'>): boolean {
  return reasonAgainst('cuda13', host) === undefined
}

/** What people call a system, from its kernel. */
function platformName(kernel: string): string {
  if (kernel.startsWith('Darwin')) return 'macOS'
  if (kernel.startsWith('Windows')) return 'Windows'
  return kernel.split(' ')[0] ?? kernel
}
