import type { Flag } from './trial.ts'

/** What a flag means and what to do about it, in one sentence each, for a person who is no statistician. */
export interface FlagWords {
  meaning: string
  remedy: string
}

/** The same words in the page, on the terminal, in reports and in docs/words.md. */
export const flagWords: Record<Flag['name'], FlagWords> = {
  unsteady: {
    meaning: 'Calls had not settled to a steady pace when measuring began.',
    remedy: 'Allow a longer warm-up.',
  },
  drifting: {
    meaning: 'The speed changed while it was measured, so the mean is that of no one moment.',
    remedy: 'Allow a longer warm-up, let the machine cool down, and measure again.',
  },
  'wide-interval': {
    meaning: 'The true mean may be noticeably higher or lower than the number shown.',
    remedy: 'Measure longer, or with more executions.',
  },
  throttled: {
    meaning: 'The machine slowed itself down, because of heat, power or a limit set on it.',
    remedy: 'Improve cooling, lift the limit, or take the number as that of the machine as it is.',
  },
  'shared-device': {
    meaning:
      'Other programs used the processor, or had memory of the GPU and may have computed on it, at the same time, which makes the model look slower than it is.',
    remedy: 'Close other programs, or use a machine of your own, and measure again.',
  },
  spilled: {
    meaning:
      'Memory was short, and part of it was moved to the disk, or from the GPU to the host, which is far slower.',
    remedy: 'Close other programs, or use a smaller batch.',
  },
  'ep-fallback': {
    meaning: 'Part of the model ran on the CPU instead of the execution provider that was asked for.',
    remedy: 'See which operators the provider lacks, or choose another provider.',
  },
  'batch-ignored': {
    meaning: 'The outputs do not grow with the batch, so the throughput shown is not what it seems.',
    remedy: "Check the model's batch axis.",
  },
  'few-samples': {
    meaning: 'Too few calls fitted into the measuring time to average out their differences.',
    remedy: 'Allow a longer measuring time.',
  },
}

/** Both sentences. */
export function flagSentences(name: Flag['name']): string {
  const { meaning, remedy } = flagWords[name]
  return `${meaning} ${remedy}`
}

/** What was seen, what it means and what to do. */
export function explainFlag({ name, reason }: Flag): string {
  const seen = reason.charAt(0).toUpperCase() + reason.slice(1)
  return `${seen}${/[.!?]$/.test(seen) || seen === '' ? '' : '.'} ${flagSentences(name)}`.trim()
}
