import { expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { hostRuntimeOf } from '../../../../electron/engine/runtimes/host-runtime.ts'

it('a runtime that was removed is asked for with a command that can be copied as it stands', () => {
  let failure: unknown
  try {
    hostRuntimeOf([], 'onnxruntime@1.30.0')
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(BatchscopeError)
  expect(failure).toMatchObject({
    failure: { hint: 'Install it: batchscope runtime install onnxruntime@1.30.0' },
  })
})
