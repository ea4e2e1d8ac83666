import { delimiter, isAbsolute } from 'node:path'
import { runtimeVariable } from '../contract/host-protocol.ts'
import type { HostLaunchOptions } from '../engine/ports.ts'

/** What a session host needs from its parent's environment; everything else (tokens, NODE_OPTIONS, proxies) stays out. */
const names = new Set([
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  // Vulkan finds its drivers and its display through these; WebGPU on Linux stands on Vulkan.
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'XDG_DATA_DIRS',
  // Without these, Windows cannot load system libraries or find a temporary folder.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PATHEXT',
  'NUMBER_OF_PROCESSORS',
])

const prefixes = ['CUDA_', 'NVIDIA_', 'VK_', 'PROCESSOR_']

/**
 * Since 1.29, ONNX Runtime on Linux and macOS sends usage data to its maker unless this is set before it is loaded. A
 * profiler says nothing about its user's models to anybody, and an uploader would work beside what is measured.
 */
const withoutTelemetry = { ORT_DISABLE_TELEMETRY: '1' }

/**
 * CUDA numbers devices by their speed unless this is set; their driver's tool, by which they are listed and read, in the
 * order of the bus.
 */
const devicesInBusOrder = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }

/** The variable that names where the system's loader looks for shared libraries before its own places. */
const searchPaths: Partial<Record<NodeJS.Platform, string>> = { win32: 'PATH', darwin: 'DYLD_LIBRARY_PATH' }

/** The loader of Linux separates folders by semicolons too, and knows no way to write either in a name. */
const separators: Partial<Record<NodeJS.Platform, RegExp>> = { linux: /[:;]/ }

/** What the launch of a host puts into its environment. */
export type HostSettings = Pick<HostLaunchOptions, 'environment' | 'runtime'>

/**
 * The scrubbed environment of a session host: the few variables above from `from`, the runtime that it loads, and what
 * the launch asks for on top. Names are compared without case, as Windows does.
 */
export function hostEnvironment(
  { environment: extra = {}, runtime }: HostSettings = {},
  from: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue
    const upper = name.toUpperCase()
    if (names.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix))) environment[name] = value
  }
  return {
    ...{ ...environment, ...withoutTelemetry, ...devicesInBusOrder },
    ...{ ...runtimeVariables(runtime, environment), ...extra },
  }
}

function runtimeVariables(
  runtime: HostLaunchOptions['runtime'],
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { folder, libraryFolders = [] } = runtime ?? {}
  const name = searchPaths[process.platform] ?? 'LD_LIBRARY_PATH'
  const own = Object.keys(environment).find((each) => each.toUpperCase() === name) ?? name
  const separator = separators[process.platform] ?? delimiter
  const fit = libraryFolders.filter((each) => each.split(separator).length === 1)
  const folders = [...fit, ...(environment[own]?.split(separator) ?? [])].filter((each) => isAbsolute(each))
  const variables: Record<string, string> = folder === undefined ? {} : { [runtimeVariable]: folder }
  // On Windows this is the path of programs as well, and stays as it is where nothing has to be added.
  if (process.platform === 'win32' && fit.length === 0) return variables
  const isSet = environment[own] !== undefined || folders.length > 0
  // An empty or relative entry would have libraries taken from the working directory.
  return isSet ? { ...variables, [own]: folders.join(delimiter) } : variables
}
