import { describe, expect, it } from 'vitest'
import type { Device } from '../../../../electron/contract/environment.ts'
import { readDevice } from '../../../../electron/engine/experiment/draft-device.ts'
import { readDraft } from '../../../../electron/engine/experiment/draft.ts'
import { dynamicModel } from './draft-models.ts'

const gpu = (index: number): Device => ({ index, name: 'NVIDIA A10' })
const two = { devices: [gpu(0), gpu(1)] }

describe('the device to run on', () => {
  it('is one that the driver lists', () => {
    expect(readDevice('1', ['cuda'], two)).toEqual({ ok: true, value: 1 })
  })

  it('is refused where it is not there, with those that are', () => {
    expect(readDevice('3', ['cuda'], two)).toEqual({
      ok: false,
      problem: {
        message: 'There is no device 3: this machine has 0 (NVIDIA A10) and 1 (NVIDIA A10).',
        hint: 'Use 0 or 1.',
      },
    })
    expect(readDevice('1', ['tensorrt'], { devices: [gpu(0)] })).toEqual({
      ok: false,
      problem: { message: 'There is no device 1: this machine has 0 (NVIDIA A10).', hint: 'Use 0.' },
    })
  })

  it.each([
    ['nothing is known of the machine', ['cuda'] as const, undefined],
    ['the driver lists none', ['cuda'] as const, { devices: [] }],
    ['no provider counts devices as the driver does', ['dml', 'cpu'] as const, two],
  ])('is taken as it is where %s', (_what, providers, here) => {
    expect(readDevice('3', providers, here)).toEqual({ ok: true, value: 3 })
  })

  it.each(['-1', 'first', '1.5', '300'])('is no device as %s', (text) => {
    expect(readDevice(text, ['cuda'], two)).toMatchObject({ ok: false })
  })

  it('is a problem of its field in a draft', () => {
    const here = { ...two, providers: [{ name: 'cuda' as const, usable: true as const }] }
    expect(readDraft({ executionProviders: 'cuda', device: '3' }, dynamicModel, here)).toMatchObject({
      ok: false,
      problems: [{ field: 'device', hint: 'Use 0 or 1.' }],
    })
  })
})
