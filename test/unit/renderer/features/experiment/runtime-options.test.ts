import { describe, expect, it } from 'vitest'
import {
  deviceOptions,
  hasChoiceOfDevice,
} from '../../../../../renderer/features/experiment/device-options.ts'
import {
  runtimeOptions,
  usualRuntimeWords,
} from '../../../../../renderer/features/experiment/runtime-options.ts'
import { everythingInstalled } from '../../../../fixtures/plausible-runtimes.ts'

const { runtimes, providers, devices } = everythingInstalled

describe('the runtimes to choose from', () => {
  it('are those that are installed, each with its version', () => {
    const options = runtimeOptions(runtimes, { executionProviders: ['cpu'], runtimes: ['cuda13'] })
    expect(options.map(({ name, note }) => `${name}: ${note}`)).toEqual([
      'built-in: ONNX Runtime 1.29.0',
      'cuda12: ONNX Runtime 1.29.0',
      'cuda13: ONNX Runtime 1.29.0',
      'onnxruntime@1.30.0: ONNX Runtime 1.30.0',
    ])
    expect(options.filter(({ isChosen }) => isChosen).map(({ name }) => name)).toEqual(['cuda13'])
    expect(options.every(({ canBeUsed }) => canBeUsed)).toBe(true)
  })

  it('cannot be used where a chosen provider cannot, and say why', () => {
    const options = runtimeOptions(runtimes, { executionProviders: ['cpu', 'cuda'], runtimes: [] })
    expect(options.filter(({ canBeUsed }) => canBeUsed).map(({ name }) => name)).toEqual(['cuda13'])
    expect(options[0]?.note).toBe('cuda: The runtime built-in has no library for CUDA.')
  })

  it('keep one in sight that was chosen and is gone', () => {
    const options = runtimeOptions(runtimes.slice(0, 1), {
      executionProviders: ['cpu'],
      runtimes: ['cuda13'],
    })
    expect(options.at(-1)).toEqual({
      ...{ name: 'cuda13', isChosen: true, canBeUsed: false, note: 'It is not installed any more.' },
    })
  })

  it('need not be chosen: each provider has one that it uses', () => {
    const chosen = { executionProviders: ['cpu', 'cuda', 'tensorrt'], runtimes: [] }
    expect(usualRuntimeWords(providers, chosen)).toBe('None is chosen: cpu uses built-in, cuda uses cuda13.')
    expect(usualRuntimeWords(providers, { executionProviders: [], runtimes: [] })).toBe(
      'None is chosen: cpu uses built-in.',
    )
  })
})

describe('the devices to choose from', () => {
  it('have names and memory', () => {
    expect(deviceOptions(devices).map(({ text }) => text)).toEqual([
      'The first one',
      '0: NVIDIA H200, 140 GiB',
      '1: NVIDIA A100-SXM4-80GB, 80.0 GiB',
    ])
  })

  it('are offered where a chosen provider runs on one of several', () => {
    const cuda = { executionProviders: ['cpu', 'cuda'], device: '' }
    expect(hasChoiceOfDevice(devices, cuda)).toBe(true)
    expect(hasChoiceOfDevice(devices.slice(0, 1), cuda)).toBe(false)
    expect(hasChoiceOfDevice(devices.slice(0, 1), { ...cuda, device: '1' })).toBe(true)
    expect(hasChoiceOfDevice(devices, { executionProviders: ['cpu', 'webgpu'], device: '' })).toBe(false)
  })
})
