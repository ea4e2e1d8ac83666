import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { useAnalysis } from '../../../../renderer/stores/analysis.ts'
import { provideClient } from '../../../../renderer/stores/connection.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { createFakeClient, type FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleEnvironment, plausibleSpec } from '../../../fixtures/plausible-workbench.ts'
import { analysisOf, completedTrial } from '../analysis-fixture.ts'

const experiment = { projectId: 'p', experimentId: 'e' }
let client: FakeClient

beforeEach(() => {
  vi.useFakeTimers()
  client = createFakeClient({
    currentRun: () => null,
    analyse: ({ experimentId, slo }) => ({
      spec: { ...plausibleSpec, constraints: { slo: { percentile: 99, milliseconds: 20 } } },
      environment: plausibleEnvironment,
      analysis: analysisOf([completedTrial(8)], {
        answer: { headline: `${experimentId} ${slo === undefined ? 'own' : JSON.stringify(slo)}` },
      }),
    }),
  })
  setActivePinia(createPinia())
  provideClient(client)
})
afterEach(() => void vi.useRealTimers())

function headline(): string | undefined {
  return useAnalysis().result?.analysis.answer.headline
}

describe('useAnalysis', () => {
  it('analyses the experiment that is selected', async () => {
    const analysis = useAnalysis()
    useNavigation().showExperiment(experiment)
    await vi.advanceTimersByTimeAsync(10)
    expect(headline()).toBe('e own')
    expect(analysis.trialsById.get('batch-8')?.config.batchSize).toBe(8)
    expect(analysis.effectiveSlo).toEqual({ percentile: 99, milliseconds: 20 })
  })

  it('asks with the bound that was moved, and shows it at once', async () => {
    const analysis = useAnalysis()
    useNavigation().showExperiment(experiment)
    await vi.advanceTimersByTimeAsync(10)
    analysis.setSlo({ percentile: 95, milliseconds: 7 })
    expect(analysis.effectiveSlo).toEqual({ percentile: 95, milliseconds: 7 })
    await vi.advanceTimersByTimeAsync(100)
    expect(headline()).toBe('e {"percentile":95,"milliseconds":7}')
    expect(analysis.goal).toBe('slo')
  })

  it('tells no bound from the own bound', async () => {
    const analysis = useAnalysis()
    useNavigation().showExperiment(experiment)
    analysis.setSlo(null)
    await vi.advanceTimersByTimeAsync(100)
    expect(headline()).toBe('e null')
    analysis.setSlo(undefined)
    await vi.advanceTimersByTimeAsync(100)
    expect(headline()).toBe('e own')
  })

  it('answers a bound that is dragged several times a second, not at every step', async () => {
    const analysis = useAnalysis()
    useNavigation().showExperiment(experiment)
    await vi.advanceTimersByTimeAsync(10)
    const before = client.count('analyse')
    for (let step = 0; step < 60; step += 1) {
      analysis.setSlo({ percentile: 99, milliseconds: 20 - step / 10 })
      await vi.advanceTimersByTimeAsync(16)
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(client.count('analyse') - before).toBeLessThan(25)
    expect(headline()).toBe('e {"percentile":99,"milliseconds":14.1}')
  })

  it('forgets the bound and the goal of another experiment', async () => {
    const analysis = useAnalysis()
    const navigation = useNavigation()
    navigation.showExperiment(experiment)
    analysis.setSlo({ percentile: 95, milliseconds: 7 })
    await vi.advanceTimersByTimeAsync(100)
    navigation.showExperiment({ projectId: 'p', experimentId: 'f' })
    await vi.advanceTimersByTimeAsync(100)
    expect([headline(), analysis.goal]).toEqual(['f own', null])
  })

  it('does not show the answer for an experiment that was left meanwhile', async () => {
    const navigation = useNavigation()
    const replies: (() => void)[] = []
    client.answer('analyse', (params) => {
      const reply = {
        spec: plausibleSpec,
        environment: plausibleEnvironment,
        analysis: analysisOf([], { answer: { headline: params.experimentId } }),
      }
      return new Promise((resolve) => replies.push(() => resolve(reply)))
    })
    useAnalysis()
    navigation.showExperiment(experiment)
    await vi.advanceTimersByTimeAsync(10)
    navigation.showExperiment({ projectId: 'p', experimentId: 'f' })
    await vi.advanceTimersByTimeAsync(10)
    replies[0]?.()
    await vi.advanceTimersByTimeAsync(10)
    expect(headline()).toBeUndefined()
    replies[1]?.()
    await vi.advanceTimersByTimeAsync(10)
    expect(headline()).toBe('f')
  })

  it('says why there is no analysis', async () => {
    client.answer('analyse', () => {
      throw new BatchscopeError({ code: 'not-found', message: 'The project is closed.', owner: 'user' })
    })
    const analysis = useAnalysis()
    useNavigation().showExperiment(experiment)
    await vi.advanceTimersByTimeAsync(10)
    expect(analysis.failure?.message).toBe('The project is closed.')
    expect(analysis.result).toBe(null)
  })
})
