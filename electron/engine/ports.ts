import type { Device, Environment, FoundLibrary } from '../contract/environment.ts'
import type { HostMessage, HostRequest } from '../contract/host-protocol.ts'
import type { RuntimeInstall } from '../contract/runtime.ts'
import type { DeviceReading } from '../contract/telemetry.ts'

/**
 * The engine's whole view of the world. `adapters/` implements these for Node, `main/` replaces the launcher with
 * Electron's, and tests bring their own.
 */
export interface Ports {
  clock: Clock
  files: FileStore
  hosts: HostLauncher
  devices: DeviceProbe
  processes: ProcessProbe
  machine: MachineProbe
  runtimes: RuntimeStore
  libraries: LibraryProbe
}

/** Monotonic and wall time. */
export interface Clock {
  /** Kept with results, for example `performance.now`. */
  readonly name: string
  /** Monotonic, in ms. */
  now(): number
  /** ISO 8601. */
  wallTime(): string
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Files of the engine's machine. All paths absolute. Failures are BatchscopeErrors with a sentence for a person. */
export interface FileStore {
  /** Where the user's projects, recent list and uploads live. */
  readonly dataFolder: string
  /** Where fonts and sample models live (read-only). */
  readonly resourcesFolder: string
  /** Joins and normalises; relative paths count from the working directory. */
  resolve(...parts: string[]): string
  fileName(path: string): string
  folderOf(path: string): string
  /** Absent files are `undefined`. */
  stat(path: string): Promise<{ kind: 'file' | 'folder'; bytes: number; modified: string } | undefined>
  /** The path with all links followed; the path itself where nothing is there. */
  realPath(path: string): Promise<string>
  /** For reading pieces of a file that may be too large to hold. */
  openForReading(path: string): Promise<ReadableFile>
  read(path: string): Promise<Uint8Array>
  /** Whole file, written beside, flushed and renamed into place, so that no half file is ever seen. */
  write(path: string, content: string | Uint8Array | Iterable<Uint8Array>): Promise<void>
  /** Makes `target` the same file as `source` where the file system can, else a copy; what was there is replaced. */
  link(source: string, target: string): Promise<void>
  /** Makes `target` a file of its own with the content of `source`; what was there is replaced. */
  copy(source: string, target: string): Promise<void>
  /** Opens for appending; creates it (and its folder) unless it is there. */
  openForAppending(path: string): Promise<AppendableFile>
  /** Cuts a file off after `bytes`. */
  truncate(path: string, bytes: number): Promise<void>
  remove(path: string): Promise<void>
  list(folder: string): Promise<string[]>
  /** An exclusive right to write to a path, among all processes; `undefined` when another has it. */
  lock(path: string): Promise<{ release(): Promise<void> } | undefined>
  /** Hex SHA-256 of a whole file. */
  sha256(path: string): Promise<string>
}

export interface ReadableFile {
  readonly bytes: number
  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

export interface AppendableFile {
  append(text: string): Promise<void>
  /** Returns when what was appended is on the disk. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Starts session hosts: `utilityProcess` in Electron, `child_process.fork` elsewhere. */
export interface HostLauncher {
  launch(options: HostLaunchOptions): HostProcess
}

export interface HostLaunchOptions {
  /** Hard limit on the memory that the host writes to (design section 3, Memory); enforced before any request is handled. */
  memoryBudgetBytes?: number
  /** The runtime to load; absent means the built-in one with nothing on its search path. */
  runtime?: HostRuntime | undefined
  /** Environment variables on top of the few that a host gets. */
  environment?: Record<string, string>
}

/** What a session host has to know of the runtime that it loads. */
export interface HostRuntime {
  /** Holds `node_modules/onnxruntime-node`; `undefined` for the built-in one. */
  folder: string | undefined
  /** Searched for shared libraries before the system's own. */
  libraryFolders: readonly string[]
}

/** A child process that speaks the host protocol. */
export interface HostProcess {
  /** Known from the moment it was spawned; `undefined` when it never was. */
  readonly pid: number | undefined
  send(request: HostRequest): void
  /** Messages are already parsed; one that does not parse ends the host. */
  onMessage(listener: (message: HostMessage) => void): () => void
  /** Resolves once, when the process is gone. Never rejects. */
  readonly exited: Promise<HostExit>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface HostExit {
  code: number | null
  signal: string | null
  /** Last lines of standard error, at most 8 KiB. */
  standardError: string
  /** True when the kernel's out-of-memory killer is known to have struck. */
  killedForMemory: boolean
  /** True when the launcher itself ended it because it grew past its budget (where no kernel limit can be set). */
  exceededBudget: boolean
  /** Highest resident set that the system reported for it, where the launcher could tell. */
  peakResidentBytes?: number
  /** Memory of the host that counts against its budget when it was last looked at, where known. */
  lastDataBytes?: number
  /** Set when it could not be started at all. */
  startError?: string
}

/** GPUs and their telemetry, by the driver's own tool. */
export interface DeviceProbe {
  /** Devices here, or why none can be seen. */
  list(): Promise<{ devices: Device[]; telemetry: Environment['deviceTelemetry'] }>
  /**
   * One long-lived process that reports every `intervalMs` until stopped. Gives nothing where there is no tool. `onProblem`
   * hears, in one sentence, why it gives nothing at present, and `undefined` once it does again.
   */
  watch(
    intervalMs: number,
    listener: (readings: DeviceReading[]) => void,
    onProblem?: (problem: string | undefined) => void,
  ): DeviceWatch
  /**
   * Who is on the devices to compute now. Starts the driver's tool once, so not while something is measured. Empty where
   * nobody is, where it cannot be known, and when the signal ends the wait.
   */
  users(signal?: AbortSignal): Promise<DeviceUser[]>
  /** The same over and over, by one long-lived process. Gives nothing where it cannot be known. */
  watchUsers(intervalMs: number, listener: (users: DeviceUser[]) => void): DeviceWatch
  /** The driver, `undefined` where there is none. */
  driver(): Promise<Environment['driver']>
}

/** A long-lived process of the driver's tool. */
export interface DeviceWatch {
  stop(): Promise<void>
  /** While it is held, a tool that ended is not started again: starting it takes time from what is measured. */
  holdStarts?(hold: boolean): void
}

/** A process that may compute on a device: it holds memory there; whether it computes, the driver does not tell. */
export interface DeviceUser {
  pid: number
  /** Index of the device. */
  device: number
  /** Base name of its program; `undefined` when the driver does not tell. */
  name: string | undefined
  memoryBytes: number | undefined
}

/** What the system tells of a running process and of its memory. */
export interface ProcessProbe {
  /** `undefined` once the process is gone. CPU since the previous reading of the same process; 100 is one core. */
  read(pid: number): Promise<ProcessReading | undefined>
  /** True where each `read` starts a process (all but Linux): not while something is measured. */
  readonly readingSpawns?: boolean
  /** `swapUsedBytes`: what the system has written to swap; absent where that is not known. */
  systemMemory(): { usedBytes: number; totalBytes: number; swapUsedBytes?: number }
  /**
   * Who has used the processors so far; differences between two of these tell of the time between them. Takes some
   * milliseconds, so not while something is measured. `undefined` where the system does not tell (all but Linux).
   */
  processorUse(): ProcessorUse | undefined
  /**
   * What a process has in memory of the host that its device uses as if it were its own (WDDM's shared memory), in bytes.
   * `undefined` where the system does not tell (all but Windows), and when the signal ends the wait. Takes a while, so not
   * while something is measured.
   */
  sharedDeviceMemory(pid: number, signal?: AbortSignal): Promise<number | undefined>
}

export interface ProcessReading {
  residentBytes: number
  cpuPercent: number
  /** What of it is in swap; absent where that is not known. */
  swapBytes?: number
}

/** Counters that only ever grow. */
export interface ProcessorUse {
  /** Logical cores. */
  cores: number
  /** CPU time of all programs together, in ms. */
  busyMs: number
  /** What a hypervisor gave to other machines while this one wanted to work, in ms. */
  stolenMs: number
  processes: readonly {
    pid: number
    name: string
    cpuMs: number
    /** True for Batchscope and everything that it started. */
    own: boolean
  }[]
  /** How often the processors slowed themselves down for heat; absent where they do not count it. */
  heatEvents?: number
  /** How long a limit on the CPU time of this control group (a container's) held it back, in ms; absent where unknown. */
  heldBackMs?: number
}

/** Runtimes in the user's data folder, and the one that comes with Batchscope. */
export interface RuntimeStore {
  /** The built-in one first, then those installed, by name. Leftovers of broken installations are not among them. */
  list(): Promise<StoredRuntime[]>
  /**
   * Fetches, checks and unpacks; nothing of it is seen before all of it is there. What was downloaded when it breaks off
   * is kept and continued. Rejects with a BatchscopeError (`cancelled` when the signal was aborted).
   */
  install(
    recipe: RuntimeRecipe,
    options: { signal: AbortSignal; onProgress(install: RuntimeInstall): void },
  ): Promise<StoredRuntime>
  /** Rejects with `not-found` where there is none of that name. */
  remove(name: string): Promise<void>
}

/** A runtime as it lies on the disk. */
export interface StoredRuntime {
  name: string
  /** Holds `node_modules/onnxruntime-node`. */
  folder: string
  /** Version of its onnxruntime-node. */
  version: string
  /** `libonnxruntime_providers_cuda.so` and its like, as paths. */
  providerLibraries: readonly { provider: 'cuda' | 'tensorrt'; path: string }[]
  bytes?: number
}

/** What a runtime is made of. */
export interface RuntimeRecipe {
  name: string
  /** Packages of the npm registry. The onnxruntime-common that onnxruntime-node asks for is added where it is missing. */
  packages: readonly RuntimePackage[]
  /** What onnxruntime-node's own installer is told to fetch, when everything else is there. */
  ownInstaller?: 'cuda12'
}

export interface RuntimePackage {
  /** Name in the registry. */
  name: string
  version: string
  /** Subresource integrity of its archive where it is known beforehand; else what the registry says. */
  integrity?: string
  /** `package`: unpacked into `node_modules/NAME`; `providers`: its provider libraries go beside ONNX Runtime's own. */
  as: 'package' | 'providers'
}

/** Shared libraries of accelerators, by what the system's loader would find. */
export interface LibraryProbe {
  /** In the order in which they would be searched. Empty on systems other than Linux. */
  find(): Promise<FoundLibrary[]>
  /** Names of the libraries that a library needs, read from its ELF; empty where it is none. */
  needs(path: string): Promise<{ library: string; onDemand: boolean }[]>
}

/** Facts about the machine that do not change while it runs. */
export interface MachineProbe {
  describe(): Promise<Environment['host']>
  /** Versions of Batchscope, Node and, in the desktop, Electron. */
  versions(): { batchscope: string; node: string; electron?: string }
  /** Whether a graphics processor of NVIDIA's is on the bus, with a driver or without; `undefined` where nothing tells. */
  hasNvidiaDevice?(): Promise<boolean | undefined>
}

/** Other programs of this machine, such as the user's Python. */
export interface ProgramRunner {
  /** Runs a program to its end, but for no longer than `timeoutMs`; an aborted signal ends it at once. Never rejects. */
  run(
    program: string,
    args: readonly string[],
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<ProgramEnd>
}

/** How a program ended, and what it wrote until then. */
export type ProgramEnd =
  | {
      started: true
      code: number | null
      /** Why it was ended; absent when it ended by itself. */
      endedFor?: 'time' | 'signal' | 'output'
      /** At most 4 MiB; a program that writes more is ended. */
      standardOutput: string
      /** Its last lines, at most 8 KiB. */
      standardError: string
    }
  /** It could not be started: one sentence why. */
  | { started: false; reason: string }
