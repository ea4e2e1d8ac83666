import { stripVTControlCharacters, styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Where a command writes: the answer to standard output, everything else to standard error. */
export interface Terminal {
  /** Part of the answer; a line end is added where it lacks one. */
  print(text: string): void
  /** Progress and problems; a line end is added. */
  note(text: string): void
  /** Columns of standard output; 100 where it is no terminal. */
  readonly width: number
  /** Colours a piece of the answer where standard output shows colours. */
  style(format: Format, text: string): string
  /** Standard error, when it is a terminal that a progress bar can be drawn on. */
  readonly barStream: NodeJS.WriteStream | undefined
  /** Resolves when everything printed has left the process. */
  flushed(): Promise<void>
}

/** The terminal of this process. A reader that goes away, as in `| head`, is no error. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const colours = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    print: (text) => stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    width: stdout.isTTY ? stdout.columns : 100,
    style: (format, text) => (colours ? styleText(format, text, { validateStream: false }) : text),
    barStream: stderr.isTTY && env['TERM'] !== 'dumb' ? stderr : undefined,
    flushed: async () => {
      await Promise.all([stdout, stderr].map(drained))
    },
  }
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableNeedDrain || stream.writableLength > 0) {
    return new Promise((resolve) => {
      for (const event of ['drain', 'close', 'error']) stream.once(event, () => resolve())
    })
  }
  return Promise.resolve()
}

/** Breaks text at spaces so that no line is longer than `width`; lines after the first are indented. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = []
  let line = ''
  // A figure and its percent sign stay together.
  for (const word of text.split(/ (?!%)/)) {
    const room = lines.length === 0 ? width : width - indent
    if (line !== '' && visibleLength(line) + 1 + visibleLength(word) > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

/** Columns that a line takes: without the codes that colour it. */
export function visibleLength(line: string): number {
  return stripVTControlCharacters(line).length
}
