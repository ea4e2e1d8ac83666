/** Batch sizes that are often wanted, as they are written in the field. */
export interface BatchPreset {
  text: string
  batch: string
  /** What happens, shown under the field while it is chosen. */
  about: string
}

export const batchPresets: readonly BatchPreset[] = [
  {
    text: 'Auto',
    batch: 'auto',
    about:
      'Doubles while throughput grows and memory lasts, then measures what may be the best again until it is known.',
  },
  { text: 'Auto up to 64', batch: 'auto:64', about: 'The same search, but never beyond batch size 64.' },
  { text: 'Powers of two', batch: 'pow2:1:256', about: 'Every power of two from 1 to 256.' },
  { text: '1 to 64 by 8', batch: '1,8:64:8', about: '1, then every eighth up to 64.' },
  { text: 'A few', batch: '1,4,16,64', about: 'Exactly these.' },
]

/** The line under the field: what a preset does, or how to write one's own. */
export function batchHint(batch: string): string {
  const preset = batchPresets.find((one) => one.batch === batch.trim())
  return (
    preset?.about ?? 'A list 1,2,4,8, a range 1:64 or 1:64:8, powers of two pow2:1:256, auto, or auto:256.'
  )
}
