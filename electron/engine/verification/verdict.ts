import { countVerdicts, type Check, type SkipCause, type VerificationReport } from './report.ts'

type Verdict = Pick<VerificationReport, 'verdict' | 'headline'>

/**
 * What all checks come to. On a device every check but the comparison with PyTorch has to be judged; on the CPU some have
 * nothing to judge by their nature.
 */
export function verdictOf(
  checks: readonly Check[],
  { device, onCpu, interrupted }: { device: string; onCpu: boolean; interrupted: boolean },
): Verdict {
  const counts = countVerdicts(checks)
  const failed = checks.filter(({ verdict }) => verdict === 'failed').map(({ name }) => name)
  if (failed.length > 0) {
    return { verdict: 'failed', headline: `Failed on ${device}: ${failed.join('; ')} (${counts}).` }
  }
  if (interrupted) return { verdict: 'interrupted', headline: `Interrupted on ${device}: ${counts}.` }
  const namesOf = (cause: SkipCause, among = checks) =>
    among.filter(({ because }) => because === cause).map(({ name }) => name)
  const mandatory = onCpu ? [] : checks.filter(({ id }) => id !== 'torch')
  const [late, open] = [namesOf('no-time'), namesOf('nothing-to-judge', mandatory)]
  const missing = [
    ...(late.length > 0 ? [`time ran out for: ${late.join('; ')}`] : []),
    ...(open.length > 0 ? [`there was nothing to judge of: ${open.join('; ')}`] : []),
  ]
  if (missing.length > 0) {
    return {
      verdict: 'incomplete',
      headline: `Nothing failed on ${device}, but ${missing.join(', and ')} (${counts}).`,
    }
  }
  return { verdict: 'passed', headline: `Passed on ${device}: ${counts}.` }
}

/** What nobody should read into a report. */
export function notShownBy({ provider, checks }: Pick<VerificationReport, 'provider' | 'checks'>): string[] {
  const onCpu = provider === 'cpu'
  return [
    ...(onCpu ? ['No graphics processor was verified: everything here ran on the CPU.'] : []),
    'It is one run on one machine. Nothing follows for another graphics processor, driver or ONNX Runtime.',
    'The models are untrained: their speed and memory are those of their shapes, and of accuracy nothing is said.',
    'Outputs are held against the CPU provider of the same ONNX Runtime: an error that both have is not seen.',
    ...(onCpu
      ? []
      : [
          "Device memory is what the driver reports, that is, what ONNX Runtime's arena holds. The arena grows in powers of two, so that it may hold much more than the model needs.",
        ]),
    ...(checks.some(({ id, verdict }) => id === 'torch' && verdict === 'information')
      ? [
          'PyTorch ran in its plain (eager) mode, after ours and not interleaved with it: a difference of some percent may be drift. It takes the convolution algorithms that cuDNN proposes (cudnn.benchmark is off), and ONNX Runtime tries all of them.',
        ]
      : []),
    ...checks
      .filter(({ verdict, because }) => verdict === 'skipped' && because !== 'interrupted')
      .map(({ name, sentence }) => `${name} was skipped: ${sentence}`),
  ]
}
