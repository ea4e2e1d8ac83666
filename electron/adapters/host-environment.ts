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
 * The scrubbed environment of a session host: the few variables above from `from`, and `extra` on top.
 * Names are compared without case, as Windows does.
 */
export function hostEnvironment(
  extra: Readonly<Record<string, string>> = {},
  from: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue
    const upper = name.toUpperCase()
    if (names.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix))) environment[name] = value
  }
  return { ...environment, ...withoutTelemetry, ...extra }
}
