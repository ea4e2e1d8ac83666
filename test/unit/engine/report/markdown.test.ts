import { describe, expect, it } from 'vitest'
import { reportMarkdown } from '../../../../electron/engine/report/markdown.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { driftOf, variantExperiment, variantReportInput } from '../../../fixtures/variant-experiment.ts'

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
      '## What the curves say',
      '## Model',
      '## Environment',
      '## How it was measured',
    ])
    expect(text).toMatch(/^\| 128 \| out of memory \| – \| – \| – \| – \| – \|/m)
  })

  it('tells what the curves say, how the machine drifted and how the search went', () => {
    const decisions = ['Started with 1.', 'Trying 24, because 16 and 32 could not be told apart.']
    const drift = {
      blocks: [
        { block: 1, ratio: 1 },
        { block: 2, ratio: 1.06 },
      ],
      range: 0.06,
      significant: true,
    }
    const text = reportMarkdown(reportInputOf({ ...sweep, decisions }, { drift }))
    expect(text).toContain('ran 6.0 % slower in block 2 than in block 1')
    expect(text).toContain('95 % intervals')
    expect(text).toContain(
      '## How the search went\n\n1. Started with 1.\n2. Trying 24, because 16 and 32 could not be told apart.\n',
    )
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

  it('says what the model was made from, and what it was fed with', () => {
    const input = reportInputOf(sweep)
    const from = { sha256: 'b'.repeat(64), name: 'resnet50.onnx', path: '/models/resnet50.onnx' }
    const derivation = {
      kind: 'dynamic' as const,
      from,
      changes: [],
      checks: ['Batch 2 gives what 2 runs give.'],
    }
    const { experiment } = input
    const { record } = experiment
    const inputs = { x: { path: '/data/x.npz', entry: 'a', sha256: 'c'.repeat(64), shape: [8, 3], items: 8 } }
    const text = reportMarkdown({
      ...input,
      model: { ...input.model, derivation },
      experiment: { ...experiment, record: { ...record, spec: { ...record.spec, inputs } } },
    })
    expect(text).toMatch(/^- Made: from resnet50\.onnx by Batchscope \(dynamic batch\).+Batch 2 gives/m)
    expect(text).toMatch(/^- Values of x: x\.npz, array a, 8 × 3, SHA-256 c+$/m)
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

describe('the Markdown report of variants', () => {
  const text = reportMarkdown(variantReportInput())

  it('has one table of them, with speed, size and drift', () => {
    expect(text).toContain('## Variants')
    expect(text).toMatch(
      /^\| fp16 \| 64 \| [\d,]+ \| 1\.5\d \(1\.\d\d–1\.\d\d\) \| [\d.]+ \| [\d.]+ GiB \| 48\.9 MiB \| 0\.0013 \| 0\.044 % \| 0\.9999999\d+ \| 100 % \|$/m,
    )
    expect(text).toMatch(/^\| reference \| 1 \| [\d,]+ \| 1 \|/m)
    expect(text).toContain('Inputs that were made stand for no real data')
  })

  it('says which file each is, and how it was made', () => {
    expect(text).toContain(
      '- Variant fp16: resnet50-v1.5-fp16.onnx, 48.9 MiB, made by Batchscope (FP16); SHA-256 1616',
    )
    expect(text).toContain('- Variants: fp16, int8')
  })

  it('says what was compared in part, and what was not', () => {
    const experiment = variantExperiment()
    const [id = ''] = [...experiment.outputDrifts.keys()]
    const outputs = [driftOf(0.001, { elements: 16_000_000, ofElements: 32_000_000 })]
    const problem = 'The variant has no output "b".'
    const outputDrifts = new Map([...experiment.outputDrifts, [id, { trialId: id, outputs, problem }]])
    const partly = reportMarkdown(variantReportInput({ ...experiment, outputDrifts }))
    expect(partly).toContain('were compared in part: 16,000,000 of 32,000,000 values.')
    expect(partly).toContain('- fp16: The variant has no output "b".')
  })
})
