/** What a sentence of the engine tells to type, as something that a button can do. */
export type SentenceCommand =
  /** A runtime to be installed: the page does that itself. */
  | { kind: 'install'; runtime: string }
  /** Nothing is in the way: a model can be measured. */
  | { kind: 'measure' }
  | { kind: 'copy'; command: string }

const quoted = /[`"]((?:batchscope|sudo|apt|apt-get|npm|pip) [^`"]+)[`"]/
const pip = /\bpip install(?: (?:"[^"]+"|[\w.]+-[\w.=*-]*\w))+/
const batchscope = /\bbatchscope (?:[\w@=-]|[.](?=\w)| (?=[a-z-])| && (?=batchscope ))+/

/** The command in a sentence; `undefined` where there is none. */
export function commandIn(sentence: string): SentenceCommand | undefined {
  const command = quoted.exec(sentence)?.[1] ?? pip.exec(sentence)?.[0] ?? batchscope.exec(sentence)?.[0]
  if (command === undefined) return undefined
  if (/^batchscope run\b/.test(command)) return { kind: 'measure' }
  const runtime = /^batchscope runtime install (\S+)/.exec(command)?.[1]
  return runtime === undefined ? { kind: 'copy', command } : { kind: 'install', runtime }
}

/** The sentence without a command that the page does itself: `Ready to measure on cpu.` */
export function withoutCommand(sentence: string): string {
  return sentence.replace(/:? `?batchscope run(?:time install)? .+$/, '.')
}
