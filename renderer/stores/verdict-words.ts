import { failureLine } from '../../electron/contract/failure.ts'
import type { ProbeState } from './batch-probe.ts'
import type { Making } from './made-models.ts'
import { onPage } from './page-hints.ts'

/** What is known about a model's batch, in words. */
export interface BatchVerdict {
  /** `busy` while it is being found out. */
  tone: 'good' | 'caution' | 'bad' | 'neutral' | 'busy'
  /** A few words. */
  title: string
  /** One sentence: what was seen. */
  text: string
  /** What to do about it, one sentence. */
  remedy?: string | undefined
  /** The runtime's own words. */
  detail?: string | undefined
  /**
   * What can be pressed: to make a copy that takes any batch size, to take the batch axes that were found to work, or to
   * try once more.
   */
  offer?: 'set-free' | 'use-axes' | 'again'
}

export interface VerdictSource {
  probe: ProbeState
  /** The making of a copy whose batch is free; undefined until it was asked for. */
  making: Making | undefined
  /** Whether an input has a batch axis whose size is fixed, or a node inside the graph takes one size only. */
  hasFixedBatch: boolean
}

/** What the page says about a model's batch. */
export function verdictOf({ probe, making, hasFixedBatch }: VerdictSource): BatchVerdict {
  if (making?.state === 'making') {
    return {
      tone: 'busy',
      title: 'Setting the batch free',
      text: 'A copy of the model is changed and then proved: a batch must give what single runs give.',
    }
  }
  if (making?.state === 'failed') {
    const { message, hint, detail, owner } = making.failure
    return {
      tone: 'bad',
      title: 'The batch could not be set free',
      text: message,
      remedy: here(hint),
      detail,
      // The same model would be refused again; a system may have room the next time.
      ...(owner === 'system' || owner === 'runtime' ? { offer: 'set-free' as const } : {}),
    }
  }
  if (probe.state === 'checking') {
    return {
      tone: 'busy',
      title: 'Verifying the batch axes',
      text: 'The model is run at batch sizes 2 and 3, in a process of its own.',
    }
  }
  if (probe.state === 'held') {
    return {
      tone: 'neutral',
      title: 'Batch axes not verified yet',
      text: 'An experiment is being measured: the model is tried when that has ended.',
    }
  }
  if (probe.state === 'failed') {
    return {
      tone: 'bad',
      title: 'Batch axes not verified',
      text: failureLine(probe.failure),
      detail: probe.failure.detail,
      offer: 'again',
    }
  }
  return probeVerdict(probe.probe, hasFixedBatch)
}

const here = (hint: string | undefined) => (hint === undefined ? undefined : onPage(hint))

function probeVerdict(
  { verdict, message, hint, batchAxes }: Extract<ProbeState, { state: 'known' }>['probe'],
  hasFixedBatch: boolean,
): BatchVerdict {
  const remedy = here(hint)
  if (batchAxes !== undefined) {
    return { tone: 'caution', title: 'Other batch axes work', text: message, offer: 'use-axes' }
  }
  switch (verdict) {
    case 'follows':
      return { tone: 'good', title: 'Batch axes verified', text: message, remedy }
    case 'ignores':
      return { tone: 'caution', title: 'An output does not follow the batch', text: message, remedy }
    case 'refuses':
      return hasFixedBatch
        ? { tone: 'bad', title: 'Other batch sizes do not run', text: message, remedy, offer: 'set-free' }
        : {
            tone: 'bad',
            title: 'Other batch sizes do not run',
            text: message,
            remedy: 'Choose another batch axis at its input, or measure batch size 1 only.',
          }
    case 'fixed':
      return hasFixedBatch
        ? {
            tone: 'caution',
            title: 'The batch is fixed',
            text: message,
            remedy: 'It can be set free in a copy: what was changed is listed, and proved before you use it.',
            offer: 'set-free',
          }
        : {
            tone: 'caution',
            title: 'No batch axis',
            text: message,
            remedy: 'If an axis does count samples, choose it at its input.',
          }
    case 'unknown':
      return { tone: 'neutral', title: 'Batch axes not verified', text: message, remedy, offer: 'again' }
  }
}
