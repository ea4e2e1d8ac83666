import type { ExecutionProvider } from '../../contract/experiment.ts'
import type { Failure } from '../../contract/failure.ts'
import type { ExecutionPhase } from '../../contract/trial.ts'
import { cudaErrors, type CudaError } from '../cuda-errors.ts'

/** How a device was lost to whoever used it. */
export interface DeviceLoss {
  /** A clause: `it reported an uncorrectable memory error (CUDA error 214)`. */
  readonly how: string
  /** Something that ran on it went wrong, and the device itself may be well. */
  readonly byFault: boolean
}

/** Faults of what runs on a device. CUDA ends everything that the process has on it. */
const faults: readonly (readonly [CudaError, how: string])[] = [
  [cudaErrors.illegalAddress, 'a kernel made an illegal memory access'],
  [cudaErrors.launchTimeout, 'a kernel took longer than the system allows'],
  [cudaErrors.assert, 'a kernel stopped at an assertion of its own'],
  [cudaErrors.hardwareStack, 'a kernel damaged its call stack'],
  [cudaErrors.illegalInstruction, 'a kernel came to an illegal instruction'],
  [cudaErrors.misalignedAddress, 'a kernel used a misaligned address'],
  [cudaErrors.invalidAddressSpace, 'a kernel used an address of the wrong kind'],
  [cudaErrors.invalidProgramCounter, 'a kernel jumped to nowhere'],
  [cudaErrors.launchFailure, 'a kernel failed without saying why'],
]

/** What says that the device itself is gone, at any time. */
const losses: readonly (readonly [CudaError, how: string])[] = [
  [cudaErrors.uncorrectableMemory, 'it reported an uncorrectable memory error'],
  [cudaErrors.uncorrectableLink, 'it reported an uncorrectable NVLink error'],
  [cudaErrors.contained, 'it reported a hardware error'],
]

/** What says so once a session runs; before, it says that none can be started. */
const lossesOfSessions: readonly (readonly [CudaError, how: string])[] = [
  [cudaErrors.busy, 'it is not available any more'],
  [cudaErrors.noDevice, 'the driver lists it no more'],
  [cudaErrors.unknown, 'the driver gave an unknown error'],
]

/** What other libraries and the system say. */
const words: readonly (readonly [RegExp, how: string])[] = [
  [/\bGPU is lost\b|NV_ERR_GPU_IS_LOST|NVML_ERROR_GPU_IS_LOST/i, 'the driver says that it is lost'],
  [/fallen off the bus/i, 'it has fallen off the bus'],
  [/\b887A0006\b|DXGI_ERROR_DEVICE_HUNG/i, 'it stopped responding (DXGI_ERROR_DEVICE_HUNG)'],
  [/\b887A0007\b|DXGI_ERROR_DEVICE_RESET/i, 'it was reset (DXGI_ERROR_DEVICE_RESET)'],
  [/\b887A0020\b|DXGI_ERROR_DRIVER_INTERNAL_ERROR/i, 'its driver failed (DXGI_ERROR_DRIVER_INTERNAL_ERROR)'],
  [/\b887A0005\b|DXGI_ERROR_DEVICE_REMOVED/i, 'Windows took it away (DXGI_ERROR_DEVICE_REMOVED)'],
  [/VK_ERROR_DEVICE_LOST/, 'its driver gave it up (VK_ERROR_DEVICE_LOST)'],
  // Reasons 2 and 3 are that it was let go on purpose.
  [/\bdevice (?:was |is )?lost\b(?! \([23]\))/i, 'WebGPU lost it'],
]

/** `NVRM: Xid (PCI:0000:02:00): 79, GPU has fallen off the bus.`: the driver's own number of what happened. */
const xid = /\bXid \([^)]*\): (\d+)/

/** Whether a message says that a device was lost, and how; `undefined` when it speaks of something else. */
export function deviceLoss(said: string, phase: ExecutionPhase): DeviceLoss | undefined {
  const running = phase !== 'starting' && phase !== 'loading'
  const reported = xid.exec(said)?.[1]
  const numbered = (number: number) =>
    ` (CUDA error ${number}${reported === undefined ? '' : `, Xid ${reported}`})`
  const among = (list: typeof faults, byFault: boolean): DeviceLoss | undefined => {
    const found = list.find(([{ pattern }]) => pattern.test(said))
    return found && { how: `${found[1]}${numbered(found[0].number)}`, byFault }
  }
  const told =
    among(losses, false) ?? among(faults, true) ?? (running ? among(lossesOfSessions, false) : undefined)
  if (told !== undefined) return told
  const spoken = words.find(([pattern]) => pattern.test(said))
  if (spoken !== undefined) {
    return { how: `${spoken[1]}${reported === undefined ? '' : ` (Xid ${reported})`}`, byFault: false }
  }
  return reported === undefined ? undefined : { how: `the driver reported Xid ${reported}`, byFault: false }
}

/** The failure of an execution whose device was lost. `when` says what it was doing, `while measuring`. */
export function deviceLostFailure(
  { how, byFault }: DeviceLoss,
  where: { provider: ExecutionProvider; device: number | undefined; batchSize: number; when: string },
): Failure {
  const { provider, device, batchSize, when } = where
  return {
    code: 'device-lost',
    owner: byFault ? 'runtime' : 'system',
    message: `${lostName(provider, device)} ${byFault ? 'ended the session' : 'was lost'} ${when} at batch size ${batchSize}: ${how}.`,
    hint: lossHint(provider, device, byFault),
  }
}

/** `GPU 0`; `The GPU` where providers count no devices. */
export function lostName(provider: ExecutionProvider, device: number | undefined): string {
  return provider === 'webgpu' || provider === 'coreml' ? 'The GPU' : `GPU ${device ?? 0}`
}

function lossHint(provider: ExecutionProvider, device: number | undefined, byFault: boolean): string {
  if (provider !== 'cuda' && provider !== 'tensorrt') {
    return "Run it again; where that does not help, update the GPU's driver or use a smaller batch size."
  }
  return byFault
    ? 'See whether "nvidia-smi" still lists it, and which Xid "sudo dmesg" has; where it is well, try another batch size or a newer ONNX Runtime.'
    : `See which Xid "sudo dmesg" has for it; reset it with "sudo nvidia-smi --gpu-reset -i ${device ?? 0}" or restart the machine, and resume the experiment.`
}
