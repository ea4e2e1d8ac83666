import { describe, expect, it } from 'vitest'
import { reportMarkdown } from '../../../../electron/engine/report/markdown.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'

const sweep = simulatedExperiment([{ executionProvider: 'cuda', batchSizes: [1, 8, 64, 128, 256] }])

describe('the Markdown report', () => {
  it('has the answer, the tables and how it was measured', () => {
    const input = reportInputOf(sweep)
    const text = reportMarkdown(input)
    expect(text.startsWith('# resnet50-v1.5.onnx: First sweep\n')).toBe(true)
    expect(text).toContain(`**${input.analysis.answer.headline}**`)
    expect(text.split('\n').filter((line) => line.startsWith('## '))).toEqual([
      '## Recommendations',
      '## Trials',
      '## Without numbers',
      ...(input.analysis.trials.some(({ flags }) => flags.length > 0) ? ['## To be read with care'] : []),
      '## Model',
      '## Environment',
      '## How it was measured',
    ])
    expect(text).toMatch(/^\| 128 \| out of memory \| – \| – \| – \| – \| – \|/m)
  })

  it('has rows of as many cells as the head', () => {
    const lines = reportMarkdown(reportInputOf(sweep)).split('\n')
    const tables = lines.join('\n').match(/(^\|.*\|\n)+/gm) ?? []
    expect(tables).toHaveLength(2)
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length)
      expect(new Set(widths).size).toBe(1)
    }
  })

  it('does not let names turn into markup', () => {
    const input = reportInputOf({ ...sweep, name: 'a|b *c* <img src=x>\n# d' })
    expect(reportMarkdown(input).split('\n')[0]).toBe(
      '# resnet50-v1.5.onnx: a\\|b \\*c\\* \\<img src=x\\> \\# d',
    )
  })

  it('says in words why there is nothing to recommend', () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cuda', batchSizes: [64], machine: { limitBytes: 1 } },
    ])
    const input = reportInputOf(experiment)
    const [first] = input.analysis.recommendations
    expect(reportMarkdown(input)).toContain(`## Recommendations\n\n- ${first?.reason ?? ''}\n\n## Trials`)
  })
})
