import type { Command } from './command.ts'

/**
 * Commands whose text, group or keywords contain every word of the query, best first: a text that begins with the
 * query, then one with a word that does, then the rest in their own order.
 */
export function matchCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const whole = words.join(' ')
  const rank = (command: Command): number => {
    const text = command.text.toLowerCase()
    if (text.startsWith(whole)) return 0
    if (text.split(' ').some((word) => word.startsWith(whole))) return 1
    return 2
  }
  return commands
    .filter((command) => {
      const searched = `${command.text} ${command.group} ${command.keywords ?? ''}`.toLowerCase()
      return words.every((word) => searched.includes(word))
    })
    .map((command, position) => ({ command, position, rank: rank(command) }))
    .sort((a, b) => a.rank - b.rank || a.position - b.position)
    .map(({ command }) => command)
}
