import type { HostMessage } from '../../contract/host-protocol.ts'
import type { HostExit } from '../ports.ts'

export type HostFailedMessage = Extract<HostMessage, { message: 'failed' }>

/** Something threw inside the host, and it said so. The host ends after that. */
export class HostFailed extends Error {
  readonly code = 'host-failed'
  readonly failed: HostFailedMessage

  constructor(failed: HostFailedMessage) {
    super(`The session host failed (${failed.phase}): ${failed.text}`)
    this.failed = failed
  }
}

/** The host is gone and will not answer. */
export class HostExited extends Error {
  readonly code = 'host-exited'
  readonly exit: HostExit

  constructor(exit: HostExit) {
    const how = exit.startError ?? (exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`)
    const lastWords = exit.standardError.trim()
    super(`The session host ended (${how})${lastWords === '' ? '.' : `: ${lastWords}`}`)
    this.exit = exit
  }
}

/** The host did not get ready in time; it was ended. */
export class HostStartTimeout extends Error {
  readonly code = 'host-start-timeout'
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`The session host did not get ready within ${limitMs} ms.`)
    this.limitMs = limitMs
  }
}
