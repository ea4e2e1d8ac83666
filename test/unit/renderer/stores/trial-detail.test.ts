import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { provideClient } from '../../../../renderer/stores/connection.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useTrialDetail } from '../../../../renderer/stores/trial-detail.ts'
import { createFakeClient, type FakeClient } from '../../../fixtures/fake-client.ts'

let client: FakeClient
async function settle(): Promise<void> {
  await nextTick()
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

const samplesOf = (trialId: string) => ({
  executions: [{ block: 1, samplesMs: [trialId === 'a' ? 1 : 2] }],
  telemetry: [],
})

beforeEach(() => {
  client = createFakeClient({
    currentRun: () => null,
    trialDetail: ({ trialId }) => samplesOf(trialId),
  })
  setActivePinia(createPinia())
  provideClient(client)
})

describe('useTrialDetail', () => {
  it('fetches the samples of the trial that is selected', async () => {
    const navigation = useNavigation()
    const detail = useTrialDetail()
    navigation.showExperiment({ projectId: 'p', experimentId: 'e' })
    navigation.selectTrial('a')
    await settle()
    expect(detail.samples?.executions[0]?.samplesMs).toEqual([1])
    expect(client.calls.at(-1)?.params).toEqual({ projectId: 'p', experimentId: 'e', trialId: 'a' })
  })

  it('shows nothing of the trial before while the next one is fetched', async () => {
    const navigation = useNavigation()
    const detail = useTrialDetail()
    navigation.showExperiment({ projectId: 'p', experimentId: 'e' })
    navigation.selectTrial('a')
    await settle()
    let reply: () => void = () => {}
    client.answer('trialDetail', () => new Promise((resolve) => (reply = () => resolve(samplesOf('b')))))
    navigation.selectTrial('b')
    await settle()
    expect([detail.samples, detail.isLoading]).toEqual([null, true])
    reply()
    await settle()
    expect(detail.samples?.executions[0]?.samplesMs).toEqual([2])
  })

  it('asks for nothing while no trial is selected', async () => {
    useTrialDetail()
    useNavigation().showExperiment({ projectId: 'p', experimentId: 'e' })
    await settle()
    expect(client.count('trialDetail')).toBe(0)
  })
})
