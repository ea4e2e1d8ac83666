import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'

const first = { projectId: 'p', experimentId: 'a' }
const second = { projectId: 'p', experimentId: 'b' }

describe('going about the workbench', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('keeps the inspected trial between Live and Results of one experiment', () => {
    const navigation = useNavigation()
    navigation.showExperiment(first, 'live')
    navigation.selectTrial('trial-1')
    navigation.showExperiment(first)
    expect(navigation.page).toBe('results')
    expect(navigation.trialId).toBe('trial-1')
  })

  it('lets the inspected trial go with its experiment', () => {
    const navigation = useNavigation()
    navigation.showExperiment(first)
    navigation.selectTrial('trial-1')
    navigation.showExperiment(second)
    expect(navigation.trialId).toBeNull()
  })

  it('leaves Results and Report when the experiment is gone, and no other page', () => {
    const navigation = useNavigation()
    navigation.showExperiment(first, 'report')
    navigation.clearSelection()
    expect(navigation.page).toBe('start')
    navigation.showExperiment(first, 'live')
    navigation.clearSelection()
    expect(navigation.page).toBe('live')
  })
})
