import { describe, expect, it } from 'vitest'
import { visibleIndex } from '../../../../electron/adapters/nvidia-smi/visible-devices.ts'

const divided = {
  index: 2,
  uuid: 'GPU-22222222-aaaa',
  migInstances: [{ name: 'MIG 3g.20gb', uuid: 'MIG-0001' }],
}
const devices = [{ index: 0, uuid: 'GPU-00000000-aaaa' }, { index: 1, uuid: 'GPU-11111111-aaaa' }, divided]
const indexes = (variable: string | undefined) => devices.map((device) => visibleIndex(device, variable))

describe('the devices that CUDA sees', () => {
  it.each<[string | undefined, (number | undefined)[]]>([
    [undefined, [0, 1, 2]],
    ['1', [undefined, 0, undefined]],
    ['2,0', [1, undefined, 0]],
    [' 1 , 0 ', [1, 0, undefined]],
    ['GPU-11111111', [undefined, 0, undefined]],
    ['0,-1,1', [0, undefined, undefined]],
    ['', [undefined, undefined, undefined]],
    ['MIG-0001', [undefined, undefined, 0]],
    ['MIG-GPU-22222222-aaaa/1/0', [undefined, undefined, 0]],
    ['nonsense', [undefined, undefined, undefined]],
  ])('with CUDA_VISIBLE_DEVICES=%s have the indexes %j', (variable, expected) => {
    expect(indexes(variable)).toEqual(expected)
  })

  it('are not to be told by index where they have no UUID and one is asked for', () => {
    expect(visibleIndex({ index: 0 }, 'GPU-1')).toBeUndefined()
    expect(visibleIndex({ index: 0 }, '0')).toBe(0)
  })
})
