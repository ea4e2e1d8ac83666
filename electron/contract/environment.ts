import * as v from 'valibot'
import { ProviderStatusSchema } from './provider-status.ts'
import { RuntimeSchema } from './runtime.ts'

/** A graphics processor as its driver describes it. */
export const DeviceSchema = v.object({
  index: v.number(),
  name: v.string(),
  uuid: v.optional(v.string()),
  driver: v.optional(v.string()),
  memoryTotalBytes: v.optional(v.number()),
  /** Present when it is divided into MIG instances, each named as its driver does. */
  migInstances: v.optional(v.array(v.object({ name: v.string(), uuid: v.string() }))),
})
export type Device = v.InferOutput<typeof DeviceSchema>

/** Environment variable with the folders of libraries that the user names, before all others. */
export const libraryPathVariable = 'BATCHSCOPE_LIBRARY_PATH'

/** A shared library of an accelerator that was found here. */
export const FoundLibrarySchema = v.object({
  /** As the loader looks for it, for example `libcublas.so.13`. */
  name: v.string(),
  family: v.picklist(['cuda', 'cudart', 'cublas', 'cudnn', 'curand', 'cufft', 'nvrtc', 'tensorrt', 'vulkan']),
  /** Major version, from its name. */
  major: v.optional(v.number()),
  path: v.string(),
  /** CUDA's major version that it was made for, where its place tells it and its name does not (cuDNN, cuRAND, TensorRT). */
  cudaMajor: v.optional(v.number()),
  /** True when the system's loader finds it without a folder being put on its search path. */
  loaderFinds: v.optional(v.boolean()),
  /** Folder of links by which hosts find it, where its own holds other programs' libraries too. */
  linkedIn: v.optional(v.string()),
  /** Why hosts cannot be made to find it: half a sentence. */
  unreachable: v.optional(v.string()),
  /** How it was found: `loader cache`, `LD_LIBRARY_PATH`, `/usr/local/cuda-13.0`, `conda`, `Python environment` and so on. */
  source: v.string(),
})
export type FoundLibrary = v.InferOutput<typeof FoundLibrarySchema>

/** One thing that was looked at, and what was found. */
export const FindingSchema = v.object({
  /** In a word or two: `NVIDIA driver`, `CUDA libraries`, `runtime cuda13`, `Vulkan`. */
  topic: v.string(),
  /** `absent` is no fault: nothing here needs it. */
  state: v.picklist(['good', 'absent', 'missing', 'wrong']),
  /** What was found, one sentence. */
  text: v.string(),
  /** The next step, one sentence, where there is one. */
  hint: v.optional(v.string()),
})
export type Finding = v.InferOutput<typeof FindingSchema>

/** The machine and the software that measured. */
export const EnvironmentSchema = v.object({
  host: v.object({
    /** For example `Debian GNU/Linux 12 (bookworm)`. */
    system: v.string(),
    kernel: v.string(),
    architecture: v.string(),
    cpu: v.string(),
    logicalCores: v.number(),
    memoryBytes: v.number(),
  }),
  runtime: v.object({
    batchscope: v.string(),
    onnxruntime: v.string(),
    node: v.string(),
    electron: v.optional(v.string()),
  }),
  devices: v.array(DeviceSchema),
  /** Each in the runtime that is used unless another is asked for. */
  providers: v.array(ProviderStatusSchema),
  /** Where device telemetry comes from; when it is missing, why. */
  deviceTelemetry: v.variant('available', [
    v.object({ available: v.literal(true), source: v.string() }),
    v.object({ available: v.literal(false), reason: v.string() }),
  ]),
  /** Since 0.4; absent where there is no NVIDIA driver. `cuda` is the newest CUDA that it can run, as `13.0`. */
  driver: v.optional(v.object({ version: v.string(), cuda: v.optional(v.string()) })),
  /** Since 0.4: the built-in runtime first. */
  runtimes: v.optional(v.array(RuntimeSchema)),
  /** Since 0.4: accelerators' libraries, in the order in which hosts would find them. */
  libraries: v.optional(v.array(FoundLibrarySchema)),
  /** Since 0.4: what is here and what is missing, in the order of importance. */
  findings: v.optional(v.array(FindingSchema)),
  /** Since 0.4: the one thing to do next, one sentence. */
  nextStep: v.optional(v.string()),
})
export type Environment = v.InferOutput<typeof EnvironmentSchema>
