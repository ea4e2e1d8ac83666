import { describe, expect, it } from 'vitest'
import { axisOptions, blankFields, toDraft } from '../../../../renderer/stores/draft-text.ts'
import { rulePresets } from '../../../../renderer/stores/rule-presets.ts'
import { plausibleModel } from '../../../fixtures/plausible-workbench.ts'

describe('the fields of an experiment as a draft', () => {
  it('says nothing of fields that were left empty', () => {
    const draft = toDraft(blankFields(plausibleModel), plausibleModel)
    expect(draft).toEqual({ batch: 'auto', executionProviders: 'cpu' })
  })

  it('names only the free dimensions that were given a value', () => {
    const fields = blankFields(plausibleModel)
    fields.dims.height = ' 320,640 '
    expect(toDraft(fields, plausibleModel).dims).toEqual(['height=320,640'])
  })

  it('names only the batch axes that differ from what the model itself says', () => {
    const fields = blankFields(plausibleModel)
    expect(fields.batchAxes).toEqual({ pixels: '0', threshold: 'none' })
    fields.batchAxes.pixels = 'none'
    expect(toDraft(fields, plausibleModel).batchAxes).toEqual(['pixels=none'])
  })

  it('names runtimes only where some were chosen', () => {
    const fields = { ...blankFields(plausibleModel), runtimes: ['built-in', 'onnxruntime@1.30.0'] }
    expect(toDraft(fields, plausibleModel).runtimes).toBe('built-in,onnxruntime@1.30.0')
  })

  it('names own values and variants as a draft writes them', () => {
    const fields = blankFields(plausibleModel)
    fields.inputs = [
      { input: 'pixels', path: '/v/images.npz', entry: ' first ' },
      { input: 'threshold', path: '/v/t.npy', entry: '' },
    ]
    fields.variants = [{ kind: 'int8-weights' }, { name: 'pruned', path: '/m/a=b.onnx' }]
    expect(toDraft(fields, plausibleModel)).toMatchObject({
      inputs: ['pixels=/v/images.npz:first', 'threshold=/v/t.npy'],
      variants: ['int8-weights', 'pruned=/m/a=b.onnx'],
    })
    fields.inputs = [{ input: null, path: '/v/all.npz', entry: '' }]
    expect(toDraft(fields, plausibleModel).inputs).toEqual(['/v/all.npz'])
  })

  it('passes on how long, how near and how sure as they were typed', () => {
    const typed = { timeBudget: '60s', boundaryGranularity: '4', tolerance: '1%' }
    const draft = toDraft({ ...blankFields(plausibleModel), ...typed }, plausibleModel)
    expect(draft).toMatchObject(typed)
  })

  it('leaves the standard times to a time budget, which shortens them, but not times of the user’s own', () => {
    const standard = { ...blankFields(plausibleModel), ...rulePresets.standard.rules }
    expect(toDraft(standard, plausibleModel)).toMatchObject({ minTime: '1000', warmupTime: '250' })
    const budgeted = toDraft({ ...standard, timeBudget: '30s' }, plausibleModel)
    expect(budgeted).toMatchObject({ timeBudget: '30s', executions: '2' })
    expect(budgeted).not.toHaveProperty('minTime')
    const own = toDraft({ ...standard, timeBudget: '30s', minTime: '1500' }, plausibleModel)
    expect(own).toMatchObject({ minTime: '1500', maxTime: '10000' })
  })

  it('offers every axis of an input, and none', () => {
    expect(axisOptions({ shape: ['batch', null, 3] })).toEqual([
      { value: '0', text: 'axis 0 (batch)' },
      { value: '1', text: 'axis 1' },
      { value: '2', text: 'axis 2 (3)' },
      { value: 'none', text: 'none' },
    ])
  })
})
