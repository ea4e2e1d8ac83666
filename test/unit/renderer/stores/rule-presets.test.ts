import { describe, expect, it } from 'vitest'
import { readRules } from '../../../../electron/engine/experiment/draft-rules.ts'
import { defaultRules } from '../../../../electron/engine/experiment/rules.ts'
import { presetNames, rulePresets } from '../../../../renderer/stores/rule-presets.ts'

describe('ready-made rules', () => {
  it.each(presetNames)('%s means something to the engine', (name) => {
    expect(readRules(rulePresets[name].rules).problems).toEqual([])
  })

  it('standard is what the engine does by itself', () => {
    expect(readRules(rulePresets.standard.rules).rules).toEqual(defaultRules)
  })
})
