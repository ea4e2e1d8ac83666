import { SingleBar } from 'cli-progress'
import { formatBytes, formatDuration } from '../contract/quantity.ts'
import type { RuntimeInstall } from '../contract/runtime.ts'
import { barOptions } from './bar-options.ts'
import type { Terminal } from './terminal.ts'

/** Shows how far an installation has come. */
export interface InstallDisplay {
  update(install: RuntimeInstall): void
  /** Takes away what is drawn; may be called again. */
  end(): void
}

/** Shows nothing. */
export const silentInstall: InstallDisplay = { update: () => undefined, end: () => undefined }

const stateWords: Record<RuntimeInstall['state'], string> = {
  preparing: 'preparing',
  downloading: 'downloading',
  verifying: 'checking',
  unpacking: 'unpacking',
  completing: 'completing',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** How the end is told is the command's business. */
const isOver = ({ state }: RuntimeInstall) => state === 'done' || state === 'failed' || state === 'cancelled'

const doingWords = ({ state, doing }: RuntimeInstall) =>
  doing === undefined ? stateWords[state] : `${stateWords[state]}: ${doing}`

/** A line for every step, and one for every tenth of the download: for logs and for terminals that draw nothing. */
export function installLines(note: Terminal['note']): InstallDisplay {
  let told = ''
  let toldTenth = 0
  return {
    update(install) {
      if (isOver(install)) return
      const { name, state, receivedBytes, totalBytes } = install
      const words = doingWords(install)
      const tenth = totalBytes === undefined ? 0 : Math.floor((10 * receivedBytes) / totalBytes)
      if (words !== told) note(`${name}: ${words}`)
      else if (state === 'downloading' && tenth > toldTenth) note(`${name}: ${amountWords(install)}`)
      else return
      told = words
      toldTenth = tenth
    },
    end: () => undefined,
  }
}

function amountWords({ receivedBytes, totalBytes }: RuntimeInstall): string {
  const received = formatBytes(receivedBytes)
  return totalBytes === undefined ? received : `${received} of ${formatBytes(totalBytes)}`
}

/** A progress bar at the foot of the terminal. */
export function installBar(stream: NodeJS.WriteStream): InstallDisplay {
  let last: RuntimeInstall | undefined
  /** When downloading began and how much was there, so that the rest can be estimated. */
  let began: { atMs: number; bytes: number } | undefined
  const bar = new SingleBar({
    stream,
    ...barOptions,
    format: () => {
      const width = Math.max(40, (stream.columns ?? 80) - 1)
      const elapsedMs = began === undefined ? 0 : performance.now() - began.atMs
      return installBarLine(last, { elapsedMs, bytesBefore: began?.bytes ?? 0 }, width)
    },
  })
  bar.start(1, 0)
  let drawn = true
  return {
    update(install) {
      if (isOver(install)) return
      last = install
      if (install.state === 'downloading') began ??= { atMs: performance.now(), bytes: install.receivedBytes }
      bar.setTotal(Math.max(1, install.totalBytes ?? 1))
      bar.update(Math.min(install.receivedBytes, install.totalBytes ?? 0))
    },
    end() {
      if (drawn) bar.stop()
      drawn = false
    },
  }
}

const barWidth = 20
/** Before this, the speed is not known well enough to tell the rest by it, in ms. */
const leastElapsedMs = 1000

/**
 * The bar and its words in at most `width` columns. `since`: how long it has been downloading, and how much was there
 * before.
 */
export function installBarLine(
  install: RuntimeInstall | undefined,
  since: { elapsedMs: number; bytesBefore: number },
  width: number,
): string {
  const words: string[] = []
  const { state = 'preparing', receivedBytes: received = 0, totalBytes: total = 0 } = install ?? {}
  // Always in the same place, so that nothing jumps; what is too long is cut off at its end.
  const filled = total === 0 ? 0 : Math.round((barWidth * Math.min(received, total)) / total)
  words.push(`${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)}`)
  if (install !== undefined && state === 'downloading') {
    words.push(amountWords(install))
    const speed = since.elapsedMs < leastElapsedMs ? 0 : (received - since.bytesBefore) / since.elapsedMs
    if (total > 0 && speed > 0) words.push(`${formatDuration((total - received) / speed)} left`)
  }
  words.push(install === undefined ? stateWords.preparing : doingWords(install))
  const line = words.join('  ')
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}
