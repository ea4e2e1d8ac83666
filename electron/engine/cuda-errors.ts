/** An error of CUDA, however it is said. Numbers are those of `cudaError_t` since CUDA 10.1. */
export interface CudaError {
  readonly number: number
  /** Recognises it: by number as ONNX Runtime says it, by name as the runtime and the driver do, or by its words. */
  readonly pattern: RegExp
}

function cudaError(number: number, names: string, words?: string): CudaError {
  const spoken = words === undefined ? '' : `|${words}`
  return {
    number,
    pattern: new RegExp(`CUDA (?:failure|error):? ${number}\\b|\\b(?:${names})\\b${spoken}`, 'i'),
  }
}

/** By what they are about. Names and words: CUDA Runtime API, `cudaError_t`, and CUDA Driver API, `CUresult`. */
export const cudaErrors = {
  initialization: cudaError(3, 'cudaErrorInitializationError|CUDA_ERROR_NOT_INITIALIZED'),
  stubDriver: cudaError(34, 'cudaErrorStubLibrary|CUDA_ERROR_STUB_LIBRARY', 'CUDA driver is a stub library'),
  oldDriver: cudaError(
    35,
    'cudaErrorInsufficientDriver',
    'CUDA driver version is insufficient for CUDA runtime version',
  ),
  callNeedsNewerDriver: cudaError(36, 'cudaErrorCallRequiresNewerDriver'),
  busy: cudaError(
    46,
    'cudaErrorDevicesUnavailable|CUDA_ERROR_DEVICE_UNAVAILABLE',
    '(?:all CUDA-capable devices|CUDA-capable device\\(s\\) is/are) (?:are )?busy or unavailable',
  ),
  noDevice: cudaError(100, 'cudaErrorNoDevice|CUDA_ERROR_NO_DEVICE', 'no CUDA-capable device is detected'),
  noSuchDevice: cudaError(101, 'cudaErrorInvalidDevice|CUDA_ERROR_INVALID_DEVICE', 'invalid device ordinal'),
  noCodeForDevice: cudaError(
    209,
    'cudaErrorNoKernelImageForDevice|CUDA_ERROR_NO_BINARY_FOR_GPU',
    'no kernel image is available for execution on the device',
  ),
  uncorrectableMemory: cudaError(
    214,
    'cudaErrorECCUncorrectable|CUDA_ERROR_ECC_UNCORRECTABLE',
    'uncorrectable ECC error encountered',
  ),
  uncorrectableLink: cudaError(220, 'cudaErrorNvlinkUncorrectable|CUDA_ERROR_NVLINK_UNCORRECTABLE'),
  newerCode: cudaError(
    222,
    'cudaErrorUnsupportedPtxVersion|CUDA_ERROR_UNSUPPORTED_PTX_VERSION',
    'PTX was compiled with an unsupported toolchain',
  ),
  contained: cudaError(226, 'cudaErrorContained|CUDA_ERROR_CONTAINED'),
  refusedBySystem: cudaError(
    304,
    'cudaErrorOperatingSystem|CUDA_ERROR_OPERATING_SYSTEM',
    'OS call failed or operation not supported on this OS',
  ),
  illegalAddress: cudaError(
    700,
    'cudaErrorIllegalAddress|CUDA_ERROR_ILLEGAL_ADDRESS',
    'an illegal memory access was encountered',
  ),
  launchTimeout: cudaError(
    702,
    'cudaErrorLaunchTimeout|CUDA_ERROR_LAUNCH_TIMEOUT',
    'the launch timed out and was terminated',
  ),
  assert: cudaError(710, 'cudaErrorAssert|CUDA_ERROR_ASSERT', 'device-side assert triggered'),
  hardwareStack: cudaError(714, 'cudaErrorHardwareStackError|CUDA_ERROR_HARDWARE_STACK_ERROR'),
  illegalInstruction: cudaError(715, 'cudaErrorIllegalInstruction|CUDA_ERROR_ILLEGAL_INSTRUCTION'),
  misalignedAddress: cudaError(
    716,
    'cudaErrorMisalignedAddress|CUDA_ERROR_MISALIGNED_ADDRESS',
    '\\bmisaligned address\\b',
  ),
  invalidAddressSpace: cudaError(717, 'cudaErrorInvalidAddressSpace|CUDA_ERROR_INVALID_ADDRESS_SPACE'),
  invalidProgramCounter: cudaError(718, 'cudaErrorInvalidPc|CUDA_ERROR_INVALID_PC'),
  launchFailure: cudaError(
    719,
    'cudaErrorLaunchFailure|CUDA_ERROR_LAUNCH_FAILED',
    'unspecified launch failure',
  ),
  systemNotReady: cudaError(
    802,
    'cudaErrorSystemNotReady|CUDA_ERROR_SYSTEM_NOT_READY',
    'system not yet initialized',
  ),
  mixedDriver: cudaError(
    803,
    'cudaErrorSystemDriverMismatch|CUDA_ERROR_SYSTEM_DRIVER_MISMATCH',
    'system has unsupported display driver / cuda driver combination',
  ),
  notForwardCompatible: cudaError(
    804,
    'cudaErrorCompatNotSupportedOnDevice|CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE',
    'forward compatibility was attempted on non supported HW',
  ),
  sharingService: cudaError(
    805,
    'cudaErrorMps\\w+|CUDA_ERROR_MPS_\\w+',
    'MPS client failed to connect|MPS server is not ready',
  ),
  unknown: cudaError(999, 'cudaErrorUnknown|CUDA_ERROR_UNKNOWN'),
} as const satisfies Record<string, CudaError>
