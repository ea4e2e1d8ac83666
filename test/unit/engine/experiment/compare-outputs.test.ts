import { describe, expect, it } from 'vitest'
import type { HostRequest } from '../../../../electron/contract/host-protocol.ts'
import type { TrialDrift } from '../../../../electron/contract/output-drift.ts'
import { compareVariantOutputs } from '../../../../electron/engine/experiment/compare-outputs.ts'
import type { ExperimentState } from '../../../../electron/engine/project/state.ts'
import { modelFixture } from '../../../fixtures/experiment-state.ts'
import { FakeHost } from '../../../fixtures/fake-host.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { halfModelFixture, variantExperiment } from '../../../fixtures/variant-experiment.ts'

type Load = Extract<HostRequest, { request: 'load' }>
type Evaluate = Extract<HostRequest, { request: 'evaluate' }>
type Behaviour = (load: Load, evaluate: Evaluate, host: FakeHost) => void

/** The first value of an output of [batch, 2] is `value`, the second 1. */
function answer(host: FakeHost, evaluate: Evaluate, value: number, name = 'logits'): void {
  const batch = evaluate.inputs[0]?.shape[0] ?? 1
  const values = Float32Array.from({ length: 2 * batch }, (_, index) => (index === 0 ? value : 1))
  host.say({ message: 'evaluated', ms: 1, outputs: [{ name, type: 'float32', shape: [batch, 2], values }] })
}

/** fp16 only, so that there are two models; what was compared and said. */
async function compare(
  behave: Behaviour,
  change: (experiment: ExperimentState) => ExperimentState = (experiment) => experiment,
) {
  const full = variantExperiment()
  const trials = full.trials.filter(({ config }) => config.variant !== 'int8')
  const experiment = change({ ...full, trials, outputDrifts: new Map() })
  const hosts: FakeHost[] = []
  const launch = () => {
    const host = new FakeHost()
    hosts.push(host)
    let load: Load | undefined
    host.answer = (request) => {
      if (request.request === 'load') {
        load = request
        host.say({ message: 'loaded', loadMs: 1 })
      } else if (request.request === 'evaluate' && load !== undefined) behave(load, request, host)
    }
    queueMicrotask(() => host.say({ message: 'ready', clock: 'fake' }))
    return host
  }
  const said: string[] = []
  const drifts: TrialDrift[] = []
  const stop = new AbortController()
  await compareVariantOutputs({
    ports: { hosts: { launch }, clock: new ManualClock() },
    models: { reference: modelFixture, variants: new Map([['fp16', halfModelFixture]]) },
    experiment,
    runtimeOf: () => undefined,
    signal: stop.signal,
    say: async (sentence) => void said.push(sentence),
    record: async (drift) => {
      drifts.push(drift)
      if (drift.problem === 'stop here') stop.abort()
    },
  })
  const batches = drifts.map(
    ({ trialId }) => experiment.trials.find(({ id }) => id === trialId)?.config.batchSize,
  )
  return { hosts, said, drifts, batches, experiment }
}

const isHalf = (load: Load) => load.modelPath === halfModelFixture.path
const honest: Behaviour = (load, evaluate, host) => answer(host, evaluate, isHalf(load) ? 2.5 : 2)

describe('comparing the outputs of variants', () => {
  it('runs both on the same inputs at every batch size that completed, each in one host', async () => {
    const { hosts, said, drifts, batches } = await compare(honest)
    expect(said).toEqual(['Comparing the outputs of fp16 with those of the reference.'])
    expect(batches).toEqual([1, 4, 16, 64])
    expect(drifts.map(({ outputs }) => outputs[0]?.maxAbsolute)).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(hosts).toHaveLength(2)
    const [reference, half] = hosts.map(({ requests }) =>
      requests.filter(({ request }) => request === 'evaluate'),
    )
    expect(reference).toEqual(half)
    expect(reference?.map((request) => request.request === 'evaluate' && request.inputs[0]?.shape)).toEqual(
      [1, 4, 16, 64].map((batch) => [batch, 3, 224, 224]),
    )
    expect(hosts.every(({ kills }) => kills.length > 0)).toBe(true)
  })

  it('does not fix sizes when it loads, so that one session takes every batch size', async () => {
    const { hosts } = await compare(honest)
    for (const { requests } of hosts) {
      expect(requests[0]).toMatchObject({
        request: 'load',
        freeDimensionOverrides: {},
        executionProvider: 'cpu',
      })
    }
  })

  it('leaves out what was compared before, and what ran out of memory', async () => {
    const { batches } = await compare(honest, (experiment) => {
      const [, of4, of16] = experiment.trials.filter(({ config }) => config.variant === 'fp16')
      const known: TrialDrift = { trialId: of4?.id ?? '', outputs: [] }
      const executions = experiment.executions.map((each) =>
        each.execution.trialId === of16?.id && each.execution.block === 2
          ? {
              ...each,
              execution: {
                ...each.execution,
                outcome: 'out-of-memory' as const,
                phase: 'measuring' as const,
                failure: { code: 'out-of-memory' as const, message: 'No room.', owner: 'system' as const },
              },
            }
          : each,
      )
      return { ...experiment, executions, outputDrifts: new Map([[known.trialId, known]]) }
    })
    expect(batches).toEqual([1, 64])
  })

  it('tells which model failed and why, and goes on in a new host', async () => {
    const { hosts, drifts, batches } = await compare((load, evaluate, host) => {
      if (isHalf(load) && evaluate.inputs[0]?.shape[0] === 4) {
        host.say({ message: 'failed', phase: 'first-inference', name: 'Error', text: 'Something broke.' })
        host.exit({ code: 1 })
      } else honest(load, evaluate, host)
    })
    expect(batches).toEqual([1, 4, 16, 64])
    expect(drifts[1]).toMatchObject({
      outputs: [],
      problem: expect.stringMatching(/^fp16 could not be run for its outputs at batch size 4: /) as string,
    })
    expect(drifts[2]?.outputs).toHaveLength(1)
    expect(hosts).toHaveLength(3)
  })

  it('gives a series up after two failures in a row', async () => {
    const { hosts, drifts } = await compare((load, evaluate, host) => {
      if (isHalf(load)) host.exit({ code: 1, signal: null })
      else honest(load, evaluate, host)
    })
    expect(drifts).toHaveLength(4)
    expect(drifts.slice(2).map(({ problem }) => problem)).toEqual(
      Array(2).fill('Not compared: smaller batch sizes had failed already.'),
    )
    expect(hosts).toHaveLength(3)
  })

  it('compares an only output of another name by its place, and says what is missing otherwise', async () => {
    const renamed = await compare((load, evaluate, host) =>
      answer(host, evaluate, 2, isHalf(load) ? 'output_0' : 'logits'),
    )
    expect(renamed.drifts[0]?.outputs).toMatchObject([{ output: 'logits', maxAbsolute: 0 }])
    const partly = await compare((load, _evaluate, host) => {
      const values = Float32Array.of(1)
      const one = (name: string) => ({ name, type: 'float32' as const, shape: [1], values })
      host.say({ message: 'evaluated', ms: 1, outputs: isHalf(load) ? [one('a')] : [one('a'), one('b')] })
    })
    expect(partly.drifts[0]).toMatchObject({
      outputs: [{ output: 'a' }],
      problem: 'The variant has no output "b".',
    })
  })

  it('does not hold both models at once where they would not fit into memory', async () => {
    const { drifts, hosts } = await compare(honest, (experiment) => ({
      ...experiment,
      executions: experiment.executions.map((each) => ({
        ...each,
        execution: { ...each.execution, memory: { hostPeakBytes: 30 * 1024 ** 3 } },
      })),
    }))
    expect(drifts[0]?.problem).toBe(
      'Not compared: both models at once need about 60.0 GiB at batch size 1, more than can be spared of 64.0 GiB.',
    )
    expect(hosts).toHaveLength(0)
  })
})
