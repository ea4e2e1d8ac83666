import { describe, expect, it } from 'vitest'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useSearchHistory } from '../../../../renderer/stores/search-history.ts'
import { refusal } from '../../../fixtures/fake-client.ts'
import { settle, withFakeClient } from './with-fake-client.ts'

const first = { projectId: 'project-1', experimentId: 'experiment-1' }
const second = { projectId: 'project-1', experimentId: 'experiment-2' }

const historyOf = (experimentId: string) => ({
  startedMs: 0,
  telemetry: [],
  decisions: [`Decided in ${experimentId}.`],
  spans: [],
})

describe('useSearchHistory', () => {
  it('fetches nothing until somebody wants to see it', async () => {
    const client = withFakeClient({ experimentHistory: ({ experimentId }) => historyOf(experimentId) })
    const history = useSearchHistory()
    useNavigation().showExperiment(first)
    await settle()
    expect(client.count('experimentHistory')).toBe(0)
    history.want()
    await settle()
    expect(history.decisions).toEqual(['Decided in experiment-1.'])
    // Telemetry of a long run is large, and nobody asked for it.
    expect(client.calls.at(-1)?.params).toMatchObject({ telemetry: false })
  })

  it('follows the experiment that is selected', async () => {
    withFakeClient({ experimentHistory: ({ experimentId }) => historyOf(experimentId) })
    const history = useSearchHistory()
    useNavigation().showExperiment(first)
    history.want()
    await settle()
    useNavigation().showExperiment(second)
    await settle()
    expect(history.decisions).toEqual(['Decided in experiment-2.'])
  })

  it('says why there is none to see', async () => {
    withFakeClient({
      experimentHistory: () => {
        throw refusal('The project was closed.')
      },
    })
    const history = useSearchHistory()
    useNavigation().showExperiment(first)
    history.want()
    await settle()
    expect([history.decisions, history.failure]).toEqual([null, 'The project was closed.'])
  })
})
