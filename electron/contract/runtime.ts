import * as v from 'valibot'
import { FailureSchema } from './failure.ts'
import { ProviderStatusSchema } from './provider-status.ts'

/** Name of the runtime that comes with Batchscope. */
export const builtInRuntime = 'built-in'

/** Stands for the version of a runtime whose ONNX Runtime cannot be loaded. */
export const notLoadable = 'not loadable'

/** Runtimes that can be installed by a name of their own; besides these, `onnxruntime@VERSION`. */
export const namedRuntimes = ['cuda13', 'cuda12'] as const
export type NamedRuntime = (typeof namedRuntimes)[number]

/** One shared library that a provider library needs. */
export const LibraryNeedSchema = v.object({
  /** As the loader looks for it, for example `libcublas.so.13`. */
  library: v.string(),
  /** True when it is opened by the code only when something needs it, and not by the loader at once. */
  onDemand: v.boolean(),
  /** Path of the library that the loader will take; absent when there is none. */
  foundAt: v.optional(v.string()),
})
export type LibraryNeed = v.InferOutput<typeof LibraryNeedSchema>

/** A library of a runtime that brings an execution provider, and whether what it needs is here. */
export const ProviderLibrarySchema = v.object({
  provider: v.picklist(['cuda', 'tensorrt']),
  path: v.string(),
  /** CUDA's major version that it was built for; absent where it needs no CUDA library. */
  cudaMajor: v.optional(v.number()),
  needs: v.array(LibraryNeedSchema),
})
export type ProviderLibrary = v.InferOutput<typeof ProviderLibrarySchema>

/** An onnxruntime-node package with its provider libraries, in a folder of its own. */
export const RuntimeSchema = v.object({
  /** `built-in`, `cuda13`, `cuda12` or `onnxruntime@VERSION`. */
  name: v.string(),
  /** The folder that holds `node_modules/onnxruntime-node`. */
  folder: v.string(),
  /** Version of ONNX Runtime; `not loadable` where it cannot be loaded. */
  onnxruntime: v.string(),
  /** Size on disk; absent for the built-in one. */
  bytes: v.optional(v.number()),
  /** Folders that its session hosts search for shared libraries, in order, before the system's own. */
  libraryFolders: v.array(v.string()),
  providerLibraries: v.array(ProviderLibrarySchema),
  /** Every execution provider in this runtime. */
  providers: v.array(ProviderStatusSchema),
})
export type Runtime = v.InferOutput<typeof RuntimeSchema>

/** Where the installation of a runtime stands. */
export const RuntimeInstallSchema = v.object({
  name: v.string(),
  state: v.picklist([
    'preparing',
    'downloading',
    'verifying',
    'unpacking',
    'completing',
    'done',
    'failed',
    'cancelled',
  ]),
  /** Over all packages of the runtime; what was there from a download that broke off counts. */
  receivedBytes: v.number(),
  /** Absent before it is known. */
  totalBytes: v.optional(v.number()),
  /** What is being fetched or done, in a few words. */
  doing: v.optional(v.string()),
  /** With `failed`. */
  failure: v.optional(FailureSchema),
})
export type RuntimeInstall = v.InferOutput<typeof RuntimeInstallSchema>
