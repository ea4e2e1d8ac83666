import type { ExperimentDraft } from '../../electron/contract/experiment.ts'

/** The fields of a draft that say how long and how often to measure. */
export const ruleFields = [
  'executions',
  'maxExecutions',
  'tolerance',
  'minTime',
  'maxTime',
  'warmupTime',
] as const
/** Those of them that are times of one execution. */
export const timeFields = ['minTime', 'maxTime', 'warmupTime'] as const
export type RuleField = (typeof ruleFields)[number]
export type RuleTexts = Record<RuleField, string>

export const presetNames = ['quick', 'standard', 'thorough'] as const
export type PresetName = (typeof presetNames)[number]

export interface RulePreset {
  text: string
  about: string
  rules: RuleTexts
}

/** Ready-made rules; times in ms. `standard` is the engine's own default, written out. */
export const rulePresets: Record<PresetName, RulePreset> = {
  quick: {
    text: 'Quick',
    about: 'A first answer in under a minute, with wider intervals.',
    rules: {
      executions: '2',
      maxExecutions: '3',
      tolerance: '5%',
      minTime: '300',
      maxTime: '1500',
      warmupTime: '50',
    },
  },
  standard: {
    text: 'Standard',
    about: 'Intervals of ±2 % where the machine allows it.',
    rules: {
      executions: '2',
      maxExecutions: '8',
      tolerance: '2%',
      minTime: '1000',
      maxTime: '10000',
      warmupTime: '250',
    },
  },
  thorough: {
    text: 'Thorough',
    about: 'More processes and longer windows: for numbers that decide something.',
    rules: {
      executions: '5',
      maxExecutions: '15',
      tolerance: '1%',
      minTime: '3000',
      maxTime: '20000',
      warmupTime: '1000',
    },
  },
}

/** The preset whose rules a draft has; undefined when it has its own. */
export function presetOf(draft: Pick<ExperimentDraft, RuleField>): PresetName | undefined {
  return presetNames.find((name) =>
    ruleFields.every((field) => (draft[field] ?? '').trim() === rulePresets[name].rules[field]),
  )
}
