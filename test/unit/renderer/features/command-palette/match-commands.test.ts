import { describe, expect, it } from 'vitest'
import type { Command } from '../../../../../renderer/features/command-palette/command.ts'
import { matchCommands } from '../../../../../renderer/features/command-palette/match-commands.ts'

const command = (text: string, keywords = ''): Command => ({
  id: text,
  text,
  group: 'File',
  icon: {},
  keywords,
  isEnabled: () => true,
  run: () => {},
})
const commands = [
  command('Export report as PDF', 'print'),
  command('Open model…', 'onnx'),
  command('Report'),
  command('Open project…'),
]
const found = (query: string) => matchCommands(commands, query).map(({ text }) => text)

describe('finding a command', () => {
  it('shows all of them in their order before anything is typed', () => {
    expect(found('')).toEqual(commands.map(({ text }) => text))
  })

  it('puts first what begins with the query', () => {
    expect(found('rep')).toEqual(['Report', 'Export report as PDF'])
  })

  it('needs every word, in any order, in the text or the keywords', () => {
    expect(found('pdf export')).toEqual(['Export report as PDF'])
    expect(found('onnx')).toEqual(['Open model…'])
    expect(found('open nothing')).toEqual([])
  })
})
