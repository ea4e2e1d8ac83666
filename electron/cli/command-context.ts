import type { Session } from './session.ts'
import type { Terminal } from './terminal.ts'

/** What a command needs besides its own arguments. */
export interface CommandContext {
  session: Session
  terminal: Terminal
  /** Aborted when the user wants the command to end. */
  interrupted: AbortSignal
}
