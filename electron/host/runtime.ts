import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as ort from 'onnxruntime-node'
import { runtimeVariable } from '../contract/host-protocol.ts'
import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'
import { fedShape, inputData, isFeedable } from './input-data.ts'

export type Runtime = typeof ort
export type Feeds = Record<string, ort.Tensor>
type PrepareRequest = Extract<HostRequest, { request: 'prepare' }>
type LoadRequest = Extract<HostRequest, { request: 'load' }>
type Described = Extract<HostMessage, { message: 'described' }>

/** 3 is "error": warnings would fill standard error, whose last lines must tell why a host died. */
const logSeverityLevel = 3

/**
 * Loads ONNX Runtime, which only now: a library that cannot be loaded is then a failure that can be told.
 * Its binding for Node takes float16 as Uint16Array on every version, but as Float16Array only on some; without that
 * global it uses the former.
 */
export async function loadRuntime(): Promise<Runtime> {
  Reflect.deleteProperty(globalThis, 'Float16Array')
  const runtime = await importRuntime(process.env[runtimeVariable])
  runtime.env.logLevel = 'error'
  return runtime
}

async function importRuntime(folder: string | undefined): Promise<Runtime> {
  if (folder === undefined || folder === '') return import('onnxruntime-node')
  // By its path and not by its name, which would also be looked for in the folders above: where it is gone, that fails.
  return createRequire(join(folder, 'runtime.cjs'))(
    join(folder, 'node_modules', 'onnxruntime-node'),
  ) as Runtime
}

export function describeRuntime(runtime: Runtime): Described {
  return {
    message: 'described',
    onnxruntime: runtime.env.versions.node ?? runtime.env.versions.common,
    node: process.versions.node,
    backends: runtime.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled })),
  }
}

/**
 * Creates the session as a caller would who wants all of the provider's speed. With a prefix, ONNX Runtime's profiler is
 * on from now, and writes to a new file whose path begins with it.
 */
export function createSession(
  runtime: Runtime,
  request: Omit<LoadRequest, 'request'>,
  profilePrefix?: string,
): Promise<ort.InferenceSession> {
  const { executionProvider: name, device: deviceId, threads, freeDimensionOverrides } = request
  return runtime.InferenceSession.create(request.modelPath, {
    executionProviders: [deviceId === undefined ? { name } : { name, deviceId }],
    graphOptimizationLevel: request.optimisation ?? 'all',
    logSeverityLevel,
    freeDimensionOverrides,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  })
}

/** Tensors for every planned input. Throws a RangeError when there is no memory for them. */
export function buildFeeds(runtime: Runtime, request: Pick<PrepareRequest, 'inputs' | 'seed'>): Feeds {
  const feeds: Feeds = {}
  for (const plan of request.inputs) {
    if (!isFeedable(plan))
      throw new Error(`ONNX Runtime for Node cannot be fed ${plan.type} (input "${plan.name}").`)
    feeds[plan.name] = new runtime.Tensor(plan.type, inputData(plan, request.seed), fedShape(plan))
  }
  return feeds
}
