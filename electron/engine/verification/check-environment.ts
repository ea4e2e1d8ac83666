import type { Environment } from '../../contract/environment.ts'
import type { ExecutionProvider } from '../../contract/experiment.ts'
import { formatBytes } from '../../contract/quantity.ts'
import { builtInRuntime, type Runtime } from '../../contract/runtime.ts'
import type { Judgement } from './report.ts'

/** What to do where nothing is missing but the device itself. */
const elsewhere =
  'Run this on a machine with an NVIDIA GPU; batchscope verify --ep cpu shows on any machine what it does.'

/** Whether there is anything to verify here; if not, why, and what to do next, in sentences. */
export function usability(
  { providers, nextStep, findings = [] }: Environment,
  provider: ExecutionProvider,
): { usable: true; runtime: string } | { usable: false; reason: string } {
  const status = providers.find(({ name }) => name === provider)
  if (status?.usable === true) return { usable: true, runtime: status.runtime ?? builtInRuntime }
  const reason = status?.reason ?? 'It is not part of this ONNX Runtime.'
  // With nothing missing or wrong, the next step of the environment is to measure on what there is.
  const mends = findings.some(({ state }) => state === 'missing' || state === 'wrong')
  const next = status?.hint ?? (mends ? nextStep : undefined) ?? elsewhere
  return { usable: false, reason: reason.includes(next) ? reason : `${reason} ${next}` }
}

/** Name of what computes: the device asked for, else the first; the CPU for providers that run on it. */
export function computingDevice(
  { devices, host }: Environment,
  { provider, device }: { provider: ExecutionProvider; device?: number | undefined },
): string {
  if (provider === 'cpu') return `${host.cpu} (CPU)`
  const found = device === undefined ? devices[0] : devices.find(({ index }) => index === device)
  return found?.name ?? 'unnamed device'
}

/** The machine in short: device, driver, runtime, and the libraries that it loads. */
export function judgeEnvironment(
  environment: Environment,
  {
    provider,
    device,
    runtime,
  }: { provider: ExecutionProvider; device?: number | undefined; runtime: string },
): Judgement {
  const { devices, driver, host, runtime: versions } = environment
  const used = environment.runtimes?.find(({ name }) => name === runtime)
  const own = device === undefined ? devices[0] : devices.find(({ index }) => index === device)
  const libraries = used === undefined ? [] : librariesOf(used, provider)
  const onDevice = provider !== 'cpu'
  const parts = [
    computingDevice(environment, { provider, device }),
    ...(onDevice && own?.memoryTotalBytes !== undefined ? [formatBytes(own.memoryTotalBytes)] : []),
    ...(onDevice && (driver?.version ?? own?.driver) !== undefined
      ? [
          `driver ${driver?.version ?? own?.driver}${driver?.cuda === undefined ? '' : ` (CUDA up to ${driver.cuda})`}`,
        ]
      : []),
    `ONNX Runtime ${used?.onnxruntime ?? versions.onnxruntime} (runtime ${runtime})`,
    `Node ${versions.node.replace(/^v/, '')}`,
    host.system,
  ]
  return {
    verdict: 'passed',
    sentence: `${parts.join(', ')}.`,
    figures: {
      provider,
      runtime,
      onnxruntime: used?.onnxruntime ?? versions.onnxruntime,
      ...(own !== undefined && onDevice && { device: definedOnly({ ...own, migInstances: undefined }) }),
      ...(driver !== undefined && { driver: definedOnly(driver) }),
      libraries,
    },
  }
}

/** `libcublas.so.13` and where it comes from, for each library that the provider's own needs and that was found. */
function librariesOf({ providerLibraries }: Runtime, provider: ExecutionProvider) {
  return providerLibraries
    .filter((library) => library.provider === provider)
    .flatMap(({ needs }) =>
      needs.flatMap(({ library, foundAt }) => (foundAt === undefined ? [] : [{ library, foundAt }])),
    )
}

function definedOnly(values: Readonly<Record<string, unknown>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  )
}
