import { formatCount } from '../../contract/quantity.ts'
import type { ProgramEnd } from '../ports.ts'
import { median } from '../statistics/quantile.ts'
import type { Judgement, Sweep, TorchRow } from './report.ts'
import { readTorchLoop } from './torch-output.ts'

/** Lines of standard error that say why a script failed: the last one that is not empty. */
function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '')
}

/**
 * PyTorch's figures beside ours. It is a comparison, with no right or wrong; only a script that breaks down fails. Without
 * PyTorch it is skipped with the reason.
 */
export function judgeTorch(
  end: ProgramEnd,
  sweeps: readonly Sweep[],
  python: string,
): { judgement: Judgement; rows: TorchRow[] } {
  const without = (sentence: string): { judgement: Judgement; rows: TorchRow[] } => ({
    judgement: { verdict: 'skipped', sentence, figures: { python }, because: 'not-here' },
    rows: [],
  })
  if (!end.started) return without(end.reason)
  const loop = readTorchLoop(end.standardOutput)
  if (loop.unavailable !== undefined) return without(`${python}: ${loop.unavailable}`)
  const rows = loop.rows.map((row): TorchRow => {
    const ours = sweeps
      .find(({ model }) => model === row.model)
      ?.trials.find(({ batchSize, outcome }) => batchSize === row.batch && outcome === 'completed')
    return {
      ...{ model: row.model, batchSize: row.batch, outcome: row.outcome },
      ...(row.fed && { fedItemsPerSecond: row.fed.itemsPerSecond }),
      ...(row.resident && { residentItemsPerSecond: row.resident.itemsPerSecond }),
      ...(row.peakReservedBytes !== undefined && { peakReservedBytes: row.peakReservedBytes }),
      ...(ours?.itemsPerSecond !== undefined && { ourItemsPerSecond: ours.itemsPerSecond }),
      ...(ours?.memory.devicePeakBytes !== undefined && { ourDeviceBytes: ours.memory.devicePeakBytes }),
    }
  })
  const figures = {
    ...{ python, complete: loop.complete },
    settings: loop.settings === undefined ? null : { ...loop.settings, tf32: { ...loop.settings.tf32 } },
    rows: rows.map((row) => ({ ...row })),
  }
  const compared = rows.filter(
    ({ ourItemsPerSecond, fedItemsPerSecond }) => ourItemsPerSecond && fedItemsPerSecond,
  )
  if (compared.length === 0) {
    if (end.endedFor === 'time') {
      const sentence = 'PyTorch took too long to give a single figure.'
      return { judgement: { verdict: 'skipped', sentence, figures, because: 'no-time' }, rows }
    }
    if (end.endedFor === 'signal') {
      return {
        judgement: { verdict: 'skipped', sentence: 'Interrupted.', figures, because: 'interrupted' },
        rows,
      }
    }
    if (loop.complete) {
      const sentence = 'PyTorch and we have measured no batch size in common.'
      return { judgement: { verdict: 'skipped', sentence, figures, because: 'nothing-to-judge' }, rows }
    }
    const why = lastLine(end.standardError) ?? `it ended with code ${end.code} and no figures`
    return { judgement: { verdict: 'failed', sentence: `The PyTorch script failed: ${why}`, figures }, rows }
  }
  const ratios = (valueOf: (row: TorchRow) => number | undefined) =>
    compared.flatMap((row) => {
      const [ours, theirs] = [row.ourItemsPerSecond, valueOf(row)]
      return ours === undefined || theirs === undefined || !(theirs > 0) ? [] : [ours / theirs]
    })
  const fed = ratios(({ fedItemsPerSecond }) => fedItemsPerSecond)
  const resident = ratios(({ residentItemsPerSecond }) => residentItemsPerSecond)
  const { torch = 'of unknown version', tf32 } = loop.settings ?? {}
  const precision =
    tf32 === undefined
      ? ''
      : `, TF32 ${tf32.matmul && tf32.cudnn ? 'allowed, as here' : 'not allowed everywhere'}`
  const rest = loop.complete ? '' : ' The script was ended before its end.'
  const sentence = `Beside PyTorch ${torch} (float32${precision}), throughput is ${span(fed)} of its own where both are fed from the host, and ${span(resident)} of its loop on data that never leaves the device (${formatCount(compared.length)} configurations).${rest}`
  return { judgement: { verdict: 'information', sentence, figures }, rows }
}

/** `1.10 (0.95 to 1.31)`: the median of ratios, and how far they spread. */
function span(ratios: readonly number[]): string {
  const middle = median(ratios)
  if (middle === undefined) return 'an unknown multiple'
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
  return `${middle.toFixed(2)} (${low} to ${high})`
}
