import type { Finding } from '../../contract/environment.ts'
import type { Runtime } from '../../contract/runtime.ts'
import { cudaVersions, newestCudaOf, recommendedDriver } from './cuda-versions.ts'
import { canHaveCuda, type MachineFacts } from './machine-facts.ts'

const topic = 'NVIDIA driver'

/** Topics of findings that stand before everything that runs on NVIDIA's devices. */
export const driverTopics: readonly string[] = [topic, 'devices']

/** The driver and its tool. */
export function driverFinding(facts: MachineFacts, runtimes: readonly Runtime[]): Finding {
  const { driver, telemetry } = facts
  const complaint = telemetry.available ? undefined : telemetry.reason
  if (complaint !== undefined && /version mismatch/i.test(complaint)) {
    return {
      ...{ topic, state: 'wrong' },
      text: `It was updated while the old one is still loaded: the driver and its libraries are of different versions.`,
      hint: 'Restart the machine, or unload and load the kernel modules of the driver (nvidia, nvidia_uvm).',
    }
  }
  if (driver === undefined) return withoutDriver(facts, complaint, cudaWorks(runtimes))
  const tooOld = canHaveCuda(facts) ? tooOldFor(facts, runtimes) : undefined
  if (tooOld !== undefined) return tooOld
  if (complaint !== undefined && !/lists no device|CUDA_VISIBLE_DEVICES|No devices/i.test(complaint)) {
    return toolFails(facts, complaint)
  }
  const cuda = driver.cuda === undefined ? '' : `, for CUDA up to ${driver.cuda}`
  return { topic, state: 'good', text: `Version ${driver.version}${cuda}.` }
}

/** Devices that the driver shows; `undefined` where the driver's finding says enough. */
export function devicesFinding({ driver, devices, telemetry }: MachineFacts): Finding | undefined {
  if (devices.length > 0) {
    const names = devices.map(({ index, name, migInstances = [] }) => {
      const divided = migInstances.length === 0 ? '' : ` in ${migInstances.length} MIG instances`
      return `${index}: ${name}${divided}`
    })
    return { topic: 'devices', state: 'good', text: `${names.join('; ')}.` }
  }
  const hidden = telemetry.available ? undefined : telemetry.reason
  if (driver === undefined || hidden === undefined) return undefined
  if (!/lists no device|CUDA_VISIBLE_DEVICES|No devices/i.test(hidden)) return undefined
  return /CUDA_VISIBLE_DEVICES/.test(hidden)
    ? { topic: 'devices', state: 'wrong', text: hidden, hint: 'Unset CUDA_VISIBLE_DEVICES.' }
    : {
        ...{ topic: 'devices', state: 'wrong' },
        text: 'The driver is loaded, but it lists no device.',
        hint: 'Check that the device is switched on and seated, and that a container is given it (docker run --gpus all).',
      }
}

function withoutDriver(facts: MachineFacts, complaint: string | undefined, works: boolean): Finding {
  const { libraries, nvidiaHardware } = facts
  const library = libraries.find(({ family }) => family === 'cuda')
  const install = `Install the NVIDIA driver, version ${recommendedDriver} or newer; in a container, give it the device (docker run --gpus all).`
  const toolIsThere = complaint !== undefined && !/was not found/.test(complaint)
  if (toolIsThere) return { topic, state: 'wrong', text: sentence(complaint), hint: install }
  if (library !== undefined && works) return withoutTool('It works')
  if (library !== undefined) {
    return {
      ...{ topic, state: 'wrong' },
      text: `Its library is here (${library.path}), but neither its tool nvidia-smi nor its kernel module.`,
      hint: install,
    }
  }
  if (nvidiaHardware === true) {
    return {
      ...{ topic, state: 'missing' },
      text: 'There is an NVIDIA device in this machine, but no driver for it.',
      hint: install,
    }
  }
  return {
    ...{ topic, state: 'absent' },
    text: nvidiaHardware === false ? 'None, and no NVIDIA device in this machine.' : 'None.',
  }
}

/** True where no runtime with CUDA can run on the driver that is here. */
export function isTooOldForAll({ driver }: Pick<MachineFacts, 'driver'>): boolean {
  const newestCuda = newestCudaOf(driver)
  return newestCuda !== undefined && cudaVersions.every(({ major }) => major > newestCuda)
}

/** True where a device can be measured without CUDA: WebGPU, for example. */
export function anotherDeviceWorks(runtimes: readonly Runtime[]): boolean {
  return runtimes.some(({ providers }) => providers.some(({ name, usable }) => name !== 'cpu' && usable))
}

function tooOldFor(facts: MachineFacts, runtimes: readonly Runtime[]): Finding | undefined {
  const { driver } = facts
  const newestCuda = newestCudaOf(driver)
  if (driver === undefined || newestCuda === undefined) return undefined
  const cuda = driver.cuda ?? String(newestCuda)
  if (isTooOldForAll(facts)) {
    const oldest = cudaVersions.at(-1)
    const isWanted = runtimes.some(({ providerLibraries }) => providerLibraries.length > 0)
    return {
      ...{ topic, state: !isWanted && anotherDeviceWorks(runtimes) ? 'absent' : 'wrong' },
      text: `Version ${driver.version} runs CUDA up to ${cuda}; the oldest that there is a runtime for is CUDA ${oldest?.major ?? ''}.`,
      hint: `Update the NVIDIA driver to ${recommendedDriver} or newer.`,
    }
  }
  if (cudaWorks(runtimes)) return undefined
  for (const { name, providerLibraries } of runtimes) {
    const major = providerLibraries.find((library) => (library.cudaMajor ?? 0) > newestCuda)?.cudaMajor
    if (major === undefined) continue
    const wanted = cudaVersions.find((version) => version.major === major)?.oldestDriver
    const other = cudaVersions.find((version) => version.major <= newestCuda)
    const isHere = runtimes.some((runtime) => runtime.name === other?.runtime)
    const instead =
      other === undefined || isHere
        ? ''
        : `, or take CUDA ${other.major}: batchscope runtime install ${other.runtime}`
    return {
      ...{ topic, state: 'wrong' },
      text: `Version ${driver.version} runs CUDA up to ${cuda}, too old for the CUDA ${major} of the runtime ${name}.`,
      hint: `Update the NVIDIA driver${wanted === undefined ? '' : ` to ${wanted} or newer`}${instead}`,
    }
  }
  return undefined
}

function cudaWorks(runtimes: readonly Runtime[]): boolean {
  return runtimes.some(({ providers }) => providers.some(({ name, usable }) => name === 'cuda' && usable))
}

function toolFails(facts: MachineFacts, complaint: string): Finding {
  const version = facts.driver?.version ?? ''
  if (/was not found/.test(complaint)) return withoutTool(`Version ${version}`)
  return {
    ...{ topic, state: 'wrong' },
    text: sentence(`Version ${version}, but ${complaint}`),
    hint: 'Restart the machine; if that does not help, install the NVIDIA driver again.',
  }
}

function withoutTool(driver: string): Finding {
  return {
    ...{ topic, state: 'missing' },
    text: `${driver}, but its tool nvidia-smi was not found, so memory, power and clocks of devices are not measured.`,
    hint: 'Install nvidia-smi; in a container, set NVIDIA_DRIVER_CAPABILITIES=compute,utility.',
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
