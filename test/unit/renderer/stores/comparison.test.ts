import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { useComparison } from '../../../../renderer/stores/comparison.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { refusal } from '../../../fixtures/fake-client.ts'
import { plausibleComparison } from '../../../fixtures/plausible-comparison.ts'
import { plausibleProject } from '../../../fixtures/plausible-workbench.ts'
import { withFakeClient } from './with-fake-client.ts'

const [template] = plausibleProject.experiments
const experiment = (
  id: string,
  started: string,
  changes: { modelSha256?: string; completed?: number } = {},
) => ({
  ...{ modelSha256: 'a', modelName: 'm.onnx', state: 'finished' as const, trials: 3, completed: 3 },
  ...template,
  ...{ id, name: id, started, modelSha256: 'a', ...changes },
})
const project = {
  ...plausibleProject,
  experiments: [
    experiment('first', '2026-05-01'),
    experiment('second', '2026-05-02'),
    experiment('empty', '2026-05-03', { completed: 0 }),
    experiment('other-model', '2026-05-04', { modelSha256: 'b' }),
  ],
}
const key = (id: string) => `project-1/${id}`

async function opened(replacements: Parameters<typeof withFakeClient>[0] = {}) {
  const client = withFakeClient({ openProjects: () => [project], ...replacements })
  const comparison = useComparison()
  await vi.advanceTimersByTimeAsync(1)
  const asked = () =>
    client.calls.filter(({ name }) => name === 'compareExperiments').map(({ params }) => params)
  return { client, comparison, asked }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('comparing two experiments', () => {
  it('offers those with numbers only', async () => {
    const { comparison } = await opened()
    expect(comparison.choices.map(({ experiment: { id } }) => id)).toEqual(['first', 'second', 'other-model'])
  })

  it('suggests the selected experiment against the one of its model before it', async () => {
    const { comparison, asked } = await opened()
    useNavigation().showExperiment({ projectId: 'project-1', experimentId: 'second' })
    comparison.suggest()
    await vi.advanceTimersByTimeAsync(1)
    expect([comparison.beforeKey, comparison.afterKey]).toEqual([key('first'), key('second')])
    expect(asked()).toEqual([
      {
        before: { projectId: 'project-1', experimentId: 'first' },
        after: { projectId: 'project-1', experimentId: 'second' },
        threshold: 0.03,
      },
    ])
    expect(comparison.result).toEqual(plausibleComparison)
  })

  it('suggests nothing over what was chosen', async () => {
    const { comparison } = await opened()
    comparison.beforeKey = key('second')
    comparison.afterKey = key('first')
    comparison.suggest()
    expect([comparison.beforeKey, comparison.afterKey]).toEqual([key('second'), key('first')])
  })

  it('forgets the numbers at once when the sides are swapped, and asks again', async () => {
    const { comparison, asked } = await opened()
    comparison.suggest()
    await vi.advanceTimersByTimeAsync(1)
    const { beforeKey, afterKey } = comparison
    comparison.swap()
    await nextTick()
    expect(comparison.result).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect([comparison.beforeKey, comparison.afterKey]).toEqual([afterKey, beforeKey])
    expect(asked()).toHaveLength(2)
    expect(comparison.result).not.toBeNull()
  })

  it('keeps the numbers while a threshold is typed, and asks once it can be read', async () => {
    const { comparison, asked } = await opened()
    comparison.suggest()
    await vi.advanceTimersByTimeAsync(1)
    for (const text of ['', '1', '1%']) {
      comparison.thresholdText = text
      await vi.advanceTimersByTimeAsync(20)
    }
    expect(comparison.result).not.toBeNull()
    await vi.advanceTimersByTimeAsync(300)
    expect(asked().slice(1)).toEqual([expect.objectContaining({ threshold: 0.01 })])
  })

  it('asks nothing about an experiment and itself', async () => {
    const { comparison, asked } = await opened()
    comparison.beforeKey = key('first')
    comparison.afterKey = key('first')
    await vi.advanceTimersByTimeAsync(1)
    expect(comparison.isAnswerable).toBe(false)
    expect(asked()).toEqual([])
  })

  it('tells why it failed', async () => {
    const { comparison } = await opened({
      compareExperiments: () => {
        throw refusal('That experiment is not in this project any more.')
      },
    })
    comparison.suggest()
    await vi.advanceTimersByTimeAsync(1)
    expect(comparison.failure?.message).toContain('not in this project')
    expect(comparison.result).toBeNull()
  })
})
