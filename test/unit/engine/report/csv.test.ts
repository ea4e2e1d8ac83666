import { describe, expect, it } from 'vitest'
import { samplesCsv, trialsCsv } from '../../../../electron/engine/report/csv.ts'
import { simulatedExperiment } from '../../../fixtures/experiment-state.ts'
import { reportInputOf } from '../../../fixtures/report-input.ts'
import { variantReportInput } from '../../../fixtures/variant-experiment.ts'

const sweep = simulatedExperiment([{ executionProvider: 'cuda', batchSizes: [1, 64, 128, 256] }])

/** Rows of a CSV without quoted fields, by column name. */
function rowsOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\r\n')
  const columns = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((field, at) => [columns[at], field])))
}

describe('the CSV of the trials', () => {
  it('has a header and one row a trial, each ended by CRLF', () => {
    const csv = trialsCsv(reportInputOf(sweep))
    expect(csv.endsWith('\r\n')).toBe(true)
    expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(csv.split('\r\n')).toHaveLength(1 + 4 + 1)
    expect(csv.split('\r\n')[0]).toBe(
      [
        'trial,batch_size,execution_provider,device,threads,outcome,executions,samples',
        'latency_mean_ms,latency_mean_ci95_low_ms,latency_mean_ci95_high_ms,latency_stdev_ms',
        'latency_min_ms,latency_p50_ms,latency_p90_ms,latency_p95_ms,latency_p99_ms,latency_max_ms',
        'outliers,unsupported_percentiles',
        'throughput_items_per_s,throughput_ci95_low_items_per_s,throughput_ci95_high_items_per_s',
        'scaling_efficiency',
        'host_peak_bytes,device_peak_bytes,device_baseline_bytes,device_measured_by,load_ms,first_inference_ms',
        'reason,flags,flag_reasons,failure_code,failure_message',
      ].join(','),
    )
  })

  it('has the numbers of completed trials, unrounded', () => {
    const input = reportInputOf(sweep)
    const [row] = rowsOf(trialsCsv(input))
    const [trial] = input.analysis.trials
    if (trial?.outcome !== 'completed') throw new Error('the first trial completes')
    expect(row).toMatchObject({
      trial: 'e1.1',
      batch_size: '1',
      execution_provider: 'cuda',
      device: '0',
      threads: '',
      outcome: 'completed',
      executions: '2',
      samples: '120',
      latency_p99_ms: String(trial.latencyMs.p99),
      throughput_items_per_s: String(trial.throughput.itemsPerSecond),
      device_peak_bytes: String(trial.memory.devicePeakBytes),
      failure_code: '',
      scaling_efficiency: '1',
      reason: 'asked for',
    })
  })

  it('has the energy where the power of any trial is known', () => {
    const input = reportInputOf(sweep)
    const trials = input.analysis.trials.map((trial, at) =>
      trial.outcome === 'completed' && at === 0
        ? { ...trial, energy: { joulesPerItem: 0.125, meanWatts: 400, readings: 40 } }
        : trial,
    )
    const rows = rowsOf(trialsCsv({ ...input, analysis: { ...input.analysis, trials } }))
    expect(rows[0]).toMatchObject({ energy_j_per_item: '0.125', power_mean_w: '400', power_readings: '40' })
    expect(rows[1]).toMatchObject({ energy_j_per_item: '', power_mean_w: '' })
    expect(rowsOf(trialsCsv(input))[0]).not.toHaveProperty('energy_j_per_item')
  })

  it('leaves the numbers of the others empty and says what happened', () => {
    const [, , out] = trialsCsv(reportInputOf(sweep)).split('\r\n').slice(1)
    expect(out).toMatch(/^e1\.3,128,cuda,0,,out-of-memory,1,{14},/)
    expect(out).toMatch(/,out-of-memory,The device ran out of memory while running the model\.$/)
  })

  it('quotes commas, quotes and line breaks of any kind', () => {
    const input = reportInputOf(sweep)
    const trials = input.analysis.trials.map((trial) =>
      trial.outcome === 'out-of-memory'
        ? { ...trial, failure: { ...trial.failure, message: 'one, "two"\nthree' } }
        : trial,
    )
    const csv = trialsCsv({ ...input, analysis: { ...input.analysis, trials } })
    expect(csv).toContain(',"one, ""two""\nthree"\r\n')
  })

  it('does not let a spreadsheet take a name for a formula', () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cpu', batchSizes: [1, 2], dims: { '=cmd': 3 } },
    ])
    const input = reportInputOf(experiment)
    const trials = input.analysis.trials.map((trial) => ({ ...trial, id: `=${trial.id}` }))
    const csv = trialsCsv({ ...input, analysis: { ...input.analysis, trials, series: [] } })
    expect(csv).toContain("\r\n'=e1.1,")
    expect(csv.split('\r\n')[0]).toContain(',dim_=cmd,')
  })

  it('gives every free dimension a column of its own', () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cpu', batchSizes: [1], dims: { width: 192, 'x:2': 48 } },
    ])
    expect(rowsOf(trialsCsv(reportInputOf(experiment)))[0]).toMatchObject({
      dim_width: '192',
      'dim_x:2': '48',
    })
  })
})

describe('the CSV of the samples', () => {
  it('has one row a sample, in order, with what it belongs to', () => {
    const csv = samplesCsv(reportInputOf(sweep))
    const rows = rowsOf(csv)
    const executions = sweep.executions.map(({ execution }) => execution)
    const samples = executions.flatMap((execution) =>
      execution.outcome === 'completed' ? execution.samplesMs : [],
    )
    expect(rows.map(({ latency_ms }) => Number(latency_ms))).toEqual(samples)
    expect(rows[61]).toEqual({
      trial: 'e1.1',
      batch_size: '1',
      execution_provider: 'cuda',
      device: '0',
      threads: '',
      execution: 'e1.1.2',
      block: '2',
      index: '1',
      latency_ms: String(samples[61]),
    })
  })

  it('has its header even when nothing was measured', () => {
    const experiment = simulatedExperiment([
      { executionProvider: 'cuda', batchSizes: [8], machine: { limitBytes: 1 } },
    ])
    expect(samplesCsv(reportInputOf(experiment))).toBe(
      'trial,batch_size,execution_provider,device,threads,execution,block,index,latency_ms\r\n',
    )
  })
})

describe('the CSV of an experiment with variants', () => {
  it('names the model of each row, and tells its speed, size and drift beside the reference', () => {
    const rows = rowsOf(trialsCsv(variantReportInput()))
    expect(rows.map(({ variant }) => variant)).toEqual(
      ['reference', 'fp16', 'int8'].flatMap((name) => Array<string>(4).fill(name)),
    )
    expect(rows[0]).toMatchObject({ speed_ratio: '', drift_relative: '', model_bytes: '102543872' })
    const half = rows[7]
    expect(half).toMatchObject({ drift_output: 'logits', drift_top1_agreement: '1', model_bytes: '51271936' })
    expect(Number(half?.drift_relative)).toBeCloseTo(0.00041 * 1.064, 9)
    expect(Number(half?.speed_ratio)).toBeGreaterThan(Number(half?.speed_ratio_ci95_low))
    expect(rowsOf(samplesCsv(variantReportInput()))[0]).toMatchObject({ variant: 'reference' })
  })
})
