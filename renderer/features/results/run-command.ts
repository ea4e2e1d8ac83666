import type { TrialConfig } from '../../../electron/contract/trial.ts'

/** The command line that measures one configuration of a model again. */
export function runCommand(modelPath: string, config: TrialConfig): string {
  const dims = Object.entries(config.dims).flatMap(([key, value]) => ['--dim', `${key}=${value}`])
  return [
    'batchscope',
    'run',
    modelPath,
    '--batch',
    String(config.batchSize),
    '--ep',
    config.executionProvider,
    ...(config.runtime === undefined ? [] : ['--runtime', config.runtime]),
    ...(config.device === undefined ? [] : ['--device', String(config.device)]),
    ...(config.threads === undefined ? [] : ['--threads', String(config.threads)]),
    ...dims,
  ]
    .map(quoted)
    .join(' ')
}

/** Quotes what a POSIX shell would split or expand. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
