import { describe, expect, it } from 'vitest'
import {
  cudaMajorInName,
  cudaVersions,
  installCommand,
  newestCudaOf,
} from '../../../../electron/engine/environment/cuda-versions.ts'

describe('versions of CUDA', () => {
  it('have packages of the Python index: with a suffix up to CUDA 12, since then only for cuDNN', () => {
    const [newest, older] = cudaVersions
    expect(installCommand(newest?.libraries ?? [], 13)).toBe(
      'pip install nvidia-cublas nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-curand',
    )
    expect(installCommand(older?.libraries ?? [], 12)).toBe(
      'pip install nvidia-cublas-cu12 nvidia-cuda-runtime-cu12 nvidia-cudnn-cu12 nvidia-cufft-cu12 nvidia-curand-cu12',
    )
    expect(installCommand(['libnvinfer.so.10', 'libnvonnxparser.so.10'], 13)).toBe(
      'pip install "tensorrt-cu13==10.*"',
    )
    expect(installCommand(['libcuda.so.1'], 13)).toBeUndefined()
  })

  it.each([
    ['libcublasLt.so.13', 13],
    ['libcufft.so.11', 12],
    ['libcufft.so.12', 13],
    ['libcudnn.so.9', undefined],
    ['libcurand.so.10', undefined],
    ['libc.so.6', undefined],
  ])('are told by the name %s: %s', (name, major) => {
    expect(cudaMajorInName(name)).toBe(major)
  })

  it.each([
    [{ version: '580.95.05', cuda: '13.0' }, 13],
    [{ version: '580.95.05' }, 13],
    [{ version: '579.0' }, 12],
    [{ version: '525.60.13' }, 12],
    [{ version: '524.0' }, 11],
    [{ version: 'unknown' }, undefined],
    [undefined, undefined],
  ])('that a driver %j can run end at %s', (driver, major) => {
    expect(newestCudaOf(driver)).toBe(major)
  })
})
