import { describe, expect, it } from 'vitest'
import type { ExperimentDraft } from '../../../../electron/contract/experiment.ts'
import { previewExperiment } from '../../../../electron/engine/experiment/preview.ts'
import { dynamicModel, fixedBatchModel } from './draft-models.ts'

describe('the preview of an experiment', () => {
  it('counts the trials and executions of a sweep exactly', () => {
    const { problems, plan } = previewExperiment({ batch: '1,2,4', threads: '1,2' }, dynamicModel)
    expect(problems).toEqual([])
    expect(plan).toMatchObject({ trials: 6, executions: 12, exact: true })
  })

  it('gives a range of time that follows the rules', () => {
    const short = previewExperiment({ batch: '1,2', maxTime: '500', warmupTime: '100' }, dynamicModel).plan
    const usual = previewExperiment({ batch: '1,2' }, dynamicModel).plan
    if (short === undefined || usual === undefined) throw new Error('no plan')
    expect(short.estimateMs).toEqual([4 * (500 + 100 + 500), 4 * (500 + 400 + 500)])
    expect(usual.estimateMs[0]).toBeGreaterThan(short.estimateMs[0])
    expect(usual.estimateMs[1]).toBeGreaterThan(usual.estimateMs[0])
  })

  it('expects profiling after measuring on a device, of at most eight batch sizes a series', () => {
    const lasts = (draft: ExperimentDraft) => {
      const { plan, problems } = previewExperiment(
        { maxTime: '500', warmupTime: '100', ...draft },
        dynamicModel,
      )
      if (plan === undefined) throw new Error(problems[0]?.message)
      return plan.estimateMs
    }
    const more = (batch: string) => {
      const [onCpu, onCuda] = [lasts({ batch }), lasts({ batch, executionProviders: 'cuda' })]
      return [onCuda[0] - onCpu[0], onCuda[1] - onCpu[1]]
    }
    expect(more('1,2')).toEqual([2 * 500, 2 * 2500])
    expect(more('1:40')).toEqual([8 * 500, 8 * 2500])
  })

  it('says that an automatic search is an expectation', () => {
    expect(previewExperiment({}, dynamicModel).plan?.exact).toBe(false)
    expect(previewExperiment({}, fixedBatchModel).plan).toMatchObject({ trials: 1, exact: true })
  })

  it('expects of a search between one execution a trial and many for the contenders', () => {
    const sweep = previewExperiment({ batch: '1:12' }, dynamicModel).plan
    const search = previewExperiment({}, dynamicModel).plan
    if (sweep === undefined || search === undefined) throw new Error('no plan')
    expect(search.trials).toBe(sweep.trials)
    expect(search.estimateMs[0]).toBeLessThan(sweep.estimateMs[0])
    expect(search.estimateMs[1]).toBeGreaterThan(sweep.estimateMs[1])
  })

  it('expects less of a search that may not go far', () => {
    expect(previewExperiment({ batch: 'auto:1' }, dynamicModel).plan?.trials).toBe(1)
    expect(previewExperiment({ batch: 'auto:4' }, dynamicModel).plan?.trials).toBe(4)
  })

  it('takes no longer than the time budget, and is no promise where that cuts it short', () => {
    const cut = previewExperiment({ batch: '1:64', timeBudget: '30s' }, dynamicModel).plan
    expect(cut).toMatchObject({ trials: 64, estimateMs: [30_000, 30_000], exact: false })
    expect(previewExperiment({ batch: '1,2', timeBudget: '2h' }, dynamicModel).plan?.exact).toBe(true)
  })

  it('gives the problems instead of a plan', () => {
    const preview = previewExperiment({ batch: '1.5' }, dynamicModel)
    expect(preview.plan).toBeUndefined()
    expect(preview.problems).toEqual([expect.objectContaining({ field: 'batch' })])
  })
})
