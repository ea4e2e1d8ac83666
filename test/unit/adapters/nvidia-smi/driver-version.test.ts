import { expect, it } from 'vitest'
import { cudaOfDriver, moduleVersion } from '../../../../electron/adapters/nvidia-smi/driver-version.ts'

it.each([
  ['580.95.05', '13.0'],
  ['579.99', '12.9'],
  ['535.161.08', '12.2'],
  ['525.60.13', '12.0'],
  ['410.48', '10.0'],
  ['390.157', undefined],
  ['700.10', undefined],
  ['no version', undefined],
])('a driver %s runs CUDA up to %s', (driver, cuda) => {
  expect(cudaOfDriver(driver)).toBe(cuda)
})

it.each([
  [
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.161.08  Sat Feb 24 22:53:10 UTC 2024\nGCC version:  gcc 12.2',
    '535.161.08',
  ],
  [
    'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (dvs-builder@U22)\n',
    '580.95.05',
  ],
  ['', undefined],
])('the kernel module tells its version: %j', (text, version) => {
  expect(moduleVersion(text)).toBe(version)
})
