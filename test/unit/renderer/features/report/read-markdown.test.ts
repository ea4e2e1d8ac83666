import { describe, expect, it } from 'vitest'
import { readMarkdown } from '../../../../../renderer/features/report/read-markdown.ts'

const plain = (text: string) => [{ text, look: 'plain' }]

describe('reading a report’s Markdown', () => {
  it('knows headings, bold, code, lists and paragraphs', () => {
    expect(readMarkdown('# Title\n\n**Use 8**: with `cpu`.\n\n- one\n- two\n')).toEqual([
      { kind: 'heading', level: 1, line: plain('Title') },
      {
        kind: 'paragraph',
        line: [
          { text: 'Use 8', look: 'strong' },
          { text: ': with ', look: 'plain' },
          { text: 'cpu', look: 'code' },
          { text: '.', look: 'plain' },
        ],
      },
      { kind: 'list', items: [plain('one'), plain('two')] },
    ])
  })

  it('knows tables with their alignment, and a bar inside a cell', () => {
    expect(readMarkdown('| Name | ms |\n| --- | ---: |\n| a\\|b | 1.5 |')).toEqual([
      {
        kind: 'table',
        columns: [
          { line: plain('Name'), align: 'left' },
          { line: plain('ms'), align: 'right' },
        ],
        rows: [[plain('a|b'), plain('1.5')]],
      },
    ])
  })

  it('leaves markup of names as text', () => {
    expect(readMarkdown('\\<script\\> and \\*\\*not bold\\*\\*')).toEqual([
      { kind: 'paragraph', line: plain('<script> and **not bold**') },
    ])
  })
})
