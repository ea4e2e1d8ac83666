import type { Environment } from '../../../electron/contract/environment.ts'
import { failureLine } from '../../../electron/contract/failure.ts'
import { formatBytes, formatPercent } from '../../../electron/contract/quantity.ts'
import { installableRuntimes } from '../../../electron/contract/runtime-offers.ts'
import type { RuntimeInstall } from '../../../electron/contract/runtime.ts'

/** How runtimes of any version are named. */
const versionedPrefix = 'onnxruntime@'

/** A runtime that can be installed, and how far its installation is. */
export interface InstallRow {
  /** Absent for the row in which any version can be asked for. */
  name?: string
  about: string
  /** Why it cannot be installed here. */
  refused?: string
  install?: RuntimeInstall
}

/** What can be installed: the runtimes with names of their own that are not here yet, and any version. */
export function installRows(
  { host, runtimes = [] }: Pick<Environment, 'host' | 'runtimes'>,
  install: RuntimeInstall | null,
): InstallRow[] {
  const offers = installableRuntimes(host)
    .filter(({ name }) => runtimes.every((runtime) => runtime.name !== name))
    .map((offer): InstallRow => (install?.name === offer.name ? { ...offer, install } : { ...offer }))
  const isOther = install !== null && offers.every(({ name }) => name !== install.name)
  return [
    ...offers,
    {
      about: 'Any version of ONNX Runtime for the CPU, to find out what an upgrade brings.',
      ...(isOther ? { install } : {}),
    },
  ]
}

/** The name of the runtime of that version: `1.30.0`, `v1.30.0` and `onnxruntime@1.30.0` are the same. */
export function versionedName(text: string): string {
  const version = text
    .trim()
    .replace(/^onnxruntime@/i, '')
    .replace(/^v(?=\d)/i, '')
  return `${versionedPrefix}${version}`
}

const stateWords: Record<RuntimeInstall['state'], string> = {
  preparing: 'Preparing',
  downloading: 'Downloading',
  verifying: 'Checking',
  unpacking: 'Unpacking',
  completing: 'Completing',
  done: 'Installed; trying what it can run',
  failed: 'Failed',
  cancelled: 'Cancelled: what was downloaded is kept for the next try',
}

/** The part that has been received; `undefined` where it cannot be told, or is not what takes the time. */
export function installFraction({ state, receivedBytes, totalBytes }: RuntimeInstall): number | undefined {
  if (state === 'failed' || state === 'cancelled') return 0
  if (state === 'done') return 1
  if (state !== 'downloading' || totalBytes === undefined || totalBytes <= 0) return undefined
  return Math.min(1, receivedBytes / totalBytes)
}

/** `Downloading onnxruntime-node 1.30.0: 61.2 MiB of 140 MiB, 44 %`. */
export function installWords(install: RuntimeInstall): string {
  const { state, doing, receivedBytes, totalBytes, failure } = install
  if (failure !== undefined) return failureLine(failure)
  const words = stateWords[state]
  if (state === 'done' || state === 'failed' || state === 'cancelled') return `${words}.`
  if (doing === undefined && state !== 'downloading') return words
  const told =
    state === 'preparing' || state === 'completing' ? `${words}: ${doing}` : `${words} ${doing ?? ''}`.trim()
  if (state !== 'downloading') return told
  const fraction = installFraction(install)
  const received = formatBytes(receivedBytes)
  const amount =
    totalBytes === undefined || fraction === undefined
      ? received
      : `${received} of ${formatBytes(totalBytes)}, ${formatPercent(fraction)}`
  return `${told}: ${amount}`
}

/** True while it is under way. */
export function isUnderWay(install: RuntimeInstall | undefined): boolean {
  return install !== undefined && install.state !== 'failed' && install.state !== 'cancelled'
}
