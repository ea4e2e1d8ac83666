import type { VariantKind } from '../../../electron/contract/derivation.ts'
import { failureLine } from '../../../electron/contract/failure.ts'
import { formatBytes } from '../../../electron/contract/quantity.ts'
import type { VariantRow } from '../../stores/variants.ts'

/** What each kind that can be made here is, for its button. */
export const kindAbout: Record<VariantKind, string> = {
  fp16: 'Half precision: weights and most operators in 16 bits',
  int8: 'Dynamic INT8: weights and activations of MatMul, Gemm and Conv in 8 bits',
  'int8-weights': 'Weights in 8 bits, computing as before',
}

/** How far a variant is, in a word or two with a mark. */
export interface VariantState {
  state: 'file' | 'at-start' | 'making' | 'made' | 'failed'
  text: string
  /** More of it, one sentence or two. */
  about?: string | undefined
}

export function variantState({ choice, making, model }: VariantRow): VariantState {
  if ('path' in choice) return { state: 'file', text: 'a file', about: model?.path ?? choice.path }
  if (making === undefined) return { state: 'at-start', text: 'made at start' }
  if (making.state === 'making') return { state: 'making', text: 'being made' }
  if (making.state === 'failed')
    return { state: 'failed', text: 'cannot be made', about: failureLine(making.failure) }
  return { state: 'made', text: 'made', about: making.model.derivation?.checks.join(' ') }
}

/** Size of a variant, and how it compares with the reference's: `22.3 MiB, 50 %`. */
export function sizeText(bytes: number | undefined, referenceBytes: number): string {
  if (bytes === undefined) return '–'
  if (referenceBytes <= 0) return formatBytes(bytes)
  return `${formatBytes(bytes)}, ${Math.round((bytes / referenceBytes) * 100)} %`
}
