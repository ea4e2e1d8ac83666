import { describe, expect, it } from 'vitest'
import type { ExecutionPhase } from '../../../../electron/contract/trial.ts'
import {
  classifyExit,
  classifyFailed,
  type Situation,
  type Verdict,
} from '../../../../electron/engine/experiment/failure-classification.ts'
import { hostExit } from '../../../fixtures/fake-host.ts'
import {
  runtimeDeaths,
  runtimeMessages,
  type RuntimeMessage,
} from '../../../fixtures/runtime-messages/read-messages.ts'

const GiB = 1024 ** 3

const phases: Record<RuntimeMessage['phase'], ExecutionPhase> = {
  load: 'loading',
  'build-inputs': 'first-inference',
  'first-inference': 'first-inference',
  sample: 'measuring',
}

function situationOf({ provider, phase, deviceFull, machine }: RuntimeMessage): Situation {
  const situation = { phase: phases[phase], batchSize: 64, provider, memoryBudgetBytes: undefined, machine }
  const [totalBytes, beforeBytes] = [24 * GiB, 0]
  const highestBytes = deviceFull === true ? totalBytes : 4 * GiB
  return { ...situation, deviceFill: { index: 0, totalBytes, beforeBytes, highestBytes, users: [] } }
}

function verdictOn(message: RuntimeMessage): Verdict {
  const { phase, text, standardError = '' } = message
  return classifyFailed(
    { message: 'failed', phase, name: 'Error', text },
    hostExit({ code: 1, standardError }),
    situationOf(message),
  )
}

function expectVerdict({ outcome, memoryOwner, failure }: Verdict, expected: RuntimeMessage['expect']) {
  expect({ outcome, memoryOwner, code: failure.code }).toEqual({
    outcome: expected.outcome,
    memoryOwner: expected.memoryOwner,
    code: expected.code,
  })
  expect(failure.message).toContain(expected.says ?? '')
  expect(failure.hint ?? '').toContain(expected.hints ?? '')
  // One line for a person: no addresses in the source, no colours, no line ends.
  for (const noise of ['onnxruntime_src', 'hostname', '\n', '\u001b'])
    expect(failure.message).not.toContain(noise)
}

describe.each(['out-of-memory', 'not-out-of-memory', 'device-lost', 'provider-unavailable'] as const)(
  'of all messages that are %s',
  (kind) => {
    it.each(runtimeMessages(kind).map((message) => [message.what, message] as const))(
      '%s',
      (_what, message) => {
        expectVerdict(verdictOn(message), message.expect)
      },
    )
  },
)

describe('of all hosts that ended without a word of their own', () => {
  it.each(runtimeDeaths().map((death) => [death.what, death] as const))('%s', (_what, death) => {
    const { phase, provider, exit, standardError = '' } = death
    const situation: Situation = { phase, batchSize: 64, provider, memoryBudgetBytes: undefined }
    expectVerdict(classifyExit(hostExit({ ...exit, standardError }), situation), death.expect)
  })
})

describe('every failure of a device', () => {
  const all = (['device-lost', 'provider-unavailable', 'out-of-memory'] as const).flatMap(runtimeMessages)

  it('says what to do next', () => {
    for (const message of all) expect(verdictOn(message).failure.hint ?? '', message.what).toMatch(/\S/)
  })

  it('keeps the original words for people who want them', () => {
    for (const message of all) expect(verdictOn(message).failure.detail ?? '', message.what).toMatch(/\S/)
  })

  it('never says only that a shared library could not be loaded', () => {
    for (const message of runtimeMessages('provider-unavailable')) {
      expect(verdictOn(message).failure.message, message.what).not.toContain('Failed to load shared library')
    }
  })
})
