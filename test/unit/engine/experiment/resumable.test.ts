import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../../electron/contract/environment.ts'
import { refuseChangedEnvironment } from '../../../../electron/engine/experiment/resumable.ts'
import { cpuSpec } from '../../../fixtures/cpu-spec.ts'
import { everythingInstalled } from '../../../fixtures/plausible-runtimes.ts'
import { plausibleEnvironment } from '../../../fixtures/plausible-workbench.ts'

const { factors } = cpuSpec({ kind: 'list', values: [1] })
const onCuda = {
  factors: { ...factors, executionProviders: ['cuda' as const], runtimes: { cuda: ['cuda13'] } },
}
const then: Environment = { ...plausibleEnvironment, ...everythingInstalled }

describe('an experiment that was interrupted', () => {
  it('goes on where nothing of what it uses has changed', () => {
    const others = then.runtimes?.filter(({ name }) => ['built-in', 'cuda13'].includes(name)) ?? []
    expect(() => refuseChangedEnvironment(onCuda, then, { ...then, runtimes: others })).not.toThrow()
    expect(() => refuseChangedEnvironment(onCuda, then, { ...then, devices: [] })).not.toThrow()
  })

  it.each<[string, Partial<Environment>, string]>([
    ['its runtime is gone', { runtimes: [] }, 'The runtime "cuda13" is not installed.'],
    [
      'its runtime is of another version',
      { runtimes: then.runtimes?.map((each) => ({ ...each, onnxruntime: '1.30.0' })) },
      'This experiment was measured with ONNX Runtime 1.29.0 in the runtime "cuda13", which is 1.30.0 now.',
    ],
    [
      'its provider cannot be used any more',
      {
        runtimes: then.runtimes?.map((each) => ({
          ...each,
          providers: [{ name: 'cuda', usable: false, reason: 'The NVIDIA driver was not found.' }],
        })),
      },
      'The execution provider "cuda" cannot be used here any more: The NVIDIA driver was not found.',
    ],
    [
      'another device is in its place',
      { devices: then.devices.map((each) => ({ ...each, name: 'NVIDIA T4' })) },
      'This experiment was measured on NVIDIA H200 with driver 580.82.07 as device 0, which is NVIDIA T4 with driver 580.82.07 now.',
    ],
  ])('does not where %s, and says so before anything is recorded', (_, change, message) => {
    expect(() => refuseChangedEnvironment(onCuda, then, { ...then, ...change })).toThrow(message)
  })

  it('is told apart from one of a version that kept no runtimes by what it did keep', () => {
    const { runtimes: _, ...old } = plausibleEnvironment
    const spec = { factors }
    expect(() => refuseChangedEnvironment(spec, old, then)).not.toThrow()
    const updated = { ...then, runtime: { ...then.runtime, onnxruntime: '1.30.0' } }
    expect(() => refuseChangedEnvironment(spec, old, updated)).toThrow('which is 1.30.0 now')
  })
})
