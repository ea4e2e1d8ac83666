import type { Terminal } from '../../../electron/cli/terminal.ts'

/** A terminal without colours that remembers what was written to it. */
export interface RecordedTerminal extends Terminal {
  printed: string[]
  noted: string[]
}

export function recordedTerminal(width = 100): RecordedTerminal {
  const printed: string[] = []
  const noted: string[] = []
  return {
    printed,
    noted,
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    width,
    style: (_format, text) => text,
    barStream: undefined,
    flushed: () => Promise.resolve(),
  }
}
