import type { ExecutionProvider } from '../../../electron/contract/experiment.ts'

/** What each execution provider is, in a few words. */
export const providerAbout: Record<ExecutionProvider, string> = {
  cpu: 'ONNX Runtime’s own kernels, on every machine.',
  cuda: 'NVIDIA GPUs, through CUDA and cuDNN.',
  tensorrt: 'NVIDIA GPUs, with engines that TensorRT builds for the model.',
  dml: 'Any DirectX 12 GPU on Windows, through DirectML.',
  coreml: 'Apple’s Neural Engine and GPU, through Core ML.',
  webgpu: 'Any GPU with a Vulkan, Metal or Direct3D 12 driver, through WebGPU.',
}
