import type { OutputDrift } from './output-drift.ts'
import { formatCount, formatNumber } from './quantity.ts'
import type { SpeedRatio, VariantSummary } from './variant-summary.ts'

/** What the numbers of variants mean: the same words in the interface, on the terminal and in reports. */

/** What stands for the experiment's own model among its variants. */
export const referenceName = 'reference'

/** So long can the name of a variant be, in characters. */
export const longestVariantName = 60

/** What a model is called among all: `fp16`, `reference`; as its series, `cuda, fp16`, where there are several settings. */
export function modelTitle(
  { variant = referenceName, label }: Pick<VariantSummary, 'variant' | 'label'>,
  all: readonly Pick<VariantSummary, 'setting'>[],
): string {
  return new Set(all.map(({ setting }) => setting)).size > 1 ? label : variant
}

/** `1.82 times (1.75 to 1.90)`. */
export function speedWords({ ratio, ci95 }: SpeedRatio): string {
  return `${ratioText(ratio)} times${ci95 === undefined ? '' : ` (${ratioText(ci95[0])} to ${ratioText(ci95[1])})`}`
}

/** `1.82`: two places, as for a factor of speed; more digits where it is far below 1. */
export function ratioText(ratio: number): string {
  return ratio >= 0.1 && ratio < 1000 ? ratio.toFixed(2) : formatNumber(ratio)
}

/** An error of the size of a measurement, in two digits: `0.0031`, `2.4e-7`, `0`. */
export function errorText(error: number): string {
  if (error === 0) return '0'
  const rounded = Number(error.toPrecision(2))
  if (rounded < 0.0001 || rounded >= 1e6) return rounded.toExponential()
  return rounded >= 1000 ? formatCount(rounded) : String(rounded)
}

/** A part of the whole, in two digits: `0.041 %`, `2.4e-5 %`, `0 %`; `–` where there is no whole. */
export function relativeText(relative: number | undefined): string {
  return relative === undefined ? '–' : `${errorText(100 * relative)} %`
}

/** `0.999998`: as many digits as it takes to tell it from 1, up to nine. */
export function cosineText(cosine: number | undefined): string {
  if (cosine === undefined) return '–'
  const away = 1 - cosine
  if (away <= 5e-10) return '1'
  const digits = Math.min(9, Math.max(4, Math.ceil(-Math.log10(away)) + 1))
  return cosine.toFixed(digits)
}

/** `98.4 %`, not rounded up; `–` where the output does not look like scores. */
export function topOneText(agreement: number | undefined): string {
  if (agreement === undefined) return '–'
  return agreement === 1 ? '100 %' : `${(Math.floor(agreement * 1000) / 10).toFixed(1)} %`
}

/** How far outputs lie off, in one clause: `its outputs lie 0.041 % off the reference's`. */
export function driftClause(worst: OutputDrift): string {
  const top = worst.top1Agreement
  const scores = top === undefined ? '' : `, and ${topOneText(top)} of items have the same highest score`
  if (worst.notFinite > 0) {
    return `its output "${worst.output}" has ${worst.notFinite === 1 ? '1 value that is' : `${formatCount(worst.notFinite)} values that are`} not finite where the reference's are, or the other way round`
  }
  if (worst.maxAbsolute === 0) return `its outputs are the reference's to the last bit`
  if (worst.relative === undefined) {
    return `its output "${worst.output}" differs by up to ${errorText(worst.maxAbsolute)} where the reference's is zero`
  }
  return `its outputs lie ${relativeText(worst.relative)} off the reference's${scores}`
}

/** What stands in a table for the outputs of a variant. */
export const outputsWords: Record<VariantSummary['outputs'], string> = {
  reference: 'reference',
  close: 'close',
  apart: 'not the same',
  unknown: 'not compared',
}

/** How the numbers about outputs came about, and what they are; one sentence each. */
export const driftMeaning = [
  "Output drift: after measuring, every variant and the reference were run once at each batch size on the same inputs; told is the output that lies farthest off. The relative error is the norm of the difference over the norm of the reference's output, cosine compares their directions, and top-1 is the share of items whose highest score is at the same place.",
  'A variant is recommended only where its outputs were compared, and none lies more than 10 % off. Inputs that were made stand for no real data: check the accuracy on your own before you rely on a variant.',
] as const

/** That an output was compared in part, where one was; one sentence. */
export function partSentence(drifts: readonly OutputDrift[]): string | undefined {
  const cut = drifts.find(({ elements, ofElements }) => elements < ofElements)
  if (cut === undefined) return undefined
  return `Outputs as large as "${cut.output}" were compared in part: ${formatCount(cut.elements)} of ${formatCount(cut.ofElements)} values.`
}
