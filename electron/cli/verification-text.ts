import type { Check, VerificationReport } from '../engine/verification/report.ts'
import { formatDuration } from '../contract/quantity.ts'
import { wrap, type Terminal } from './terminal.ts'

const marks: Record<Check['verdict'], [mark: string, colour: 'green' | 'red' | 'yellow' | 'blue']> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['–', 'yellow'],
  information: ['i', 'blue'],
}

const verdictWords: Record<Check['verdict'], string> = {
  ...{ passed: 'passed', failed: 'failed', skipped: 'skipped', information: 'for information' },
}

const names = 22

/** One check on a line or several: what it is, and what was seen. */
export function checkText(
  { name, verdict, sentence }: Check,
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): string {
  const [mark, colour] = marks[verdict]
  const indent = names + 3
  const text = wrap(sentence, Math.max(30, width - indent)).replaceAll('\n', `\n${' '.repeat(indent)}`)
  return `${style(colour, mark)} ${name.padEnd(names)} ${text}`
}

/** One check in a few words, while more are to come. */
export function checkProgress({ name, verdict, durationMs }: Check): string {
  return `${marks[verdict][0]} ${name}: ${verdictWords[verdict]}${durationMs < 1000 ? '' : ` (${formatDuration(durationMs)})`}`
}

/** Every check, what they come to, and what they do not show. */
export function verificationText(
  { headline, checks, notShown, verdict, durationMs, timeBudgetMs }: VerificationReport,
  terminal: Pick<Terminal, 'style' | 'width'>,
): string {
  const { style, width } = terminal
  if (verdict === 'skipped') return wrap(headline, width)
  return [
    ...checks.map((check) => checkText(check, terminal)),
    '',
    style('bold', wrap(headline, width)),
    `It took ${formatDuration(durationMs)} of ${formatDuration(timeBudgetMs)}.`,
    '',
    'What this does not show',
    ...notShown.map((sentence) => wrap(`- ${sentence}`, width, 2)),
  ].join('\n')
}

export const verifyExamples = `
Examples:
  batchscope verify
      verifies the first NVIDIA GPU, in 8 minutes at most
  batchscope verify --device 1 --python ~/venv/bin/python --out reports/gpu1
      the second one, with the PyTorch of that Python beside it
  batchscope verify --ep cpu --time-budget 3min
      the same on the CPU, to see what it does: it verifies no GPU

Exit codes: 0 nothing failed, or there is nothing here to verify; 2 bad input; 4 a check failed;
130 interrupted, with a report of what was done.`
