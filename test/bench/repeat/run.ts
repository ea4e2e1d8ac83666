/**
 * `npm run bench:repeat`: does the answer hold when it is measured again? A real model on this machine, profiled so many
 * times by the built command line and, in turn with it, by the script that everybody writes (docs/proof.md).
 */
import Table from 'cli-table3'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { createNodePorts } from '../../../electron/adapters/node-ports.ts'
import { BatchscopeError } from '../../../electron/contract/failure.ts'
import { formatDuration } from '../../../electron/contract/quantity.ts'
import { RunDocumentSchema } from '../../../electron/contract/run-document.ts'
import { describeModel } from '../../../electron/engine/model/describe-model.ts'
import { planInputs } from '../../../electron/engine/model/plan-inputs.ts'
import { median } from '../../../electron/engine/statistics/quantile.ts'
import { InputError } from '../input-error.ts'
import { readOptions, usage, type RepeatOptions } from './options.ts'
import { recommendedText, scoreOf, type RepeatedRun } from './verdict.ts'

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))

/** Both ways go no further than this. */
const largest = 64

/** Of the runs, at least so many have to be in the first one's equivalence set. */
const goal = 0.9

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)))
} catch (error) {
  const isInput = error instanceof InputError
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = isInput ? 2 : 1
}

async function main(options: RepeatOptions): Promise<number> {
  if (options.help) {
    console.log(usage)
    return 0
  }
  if (!existsSync(options.path)) throw new InputError(`There is no file ${options.path}.`)
  if (!existsSync(path('dist/cli.js'))) throw new InputError('There is no build: run `npm run build` first.')
  const naiveInput = await naiveInputs(options)
  const ours: RepeatedRun[] = []
  const naive: RepeatedRun[] = []
  for (let run = 1; run <= options.runs; run += 1) {
    note(`run ${run} of ${options.runs}: Batchscope`)
    ours.push(told(await runOurs(options)))
    note(`run ${run} of ${options.runs}: naive script`)
    naive.push(told(await runNaive(options, naiveInput)))
  }
  const met = scoreOf(ours).held >= goal * options.runs
  console.log(options.json ? jsonOf(options, ours, naive) : tableOf(options, ours, naive, met))
  return met ? 0 : 1
}

async function runOurs({ path: model, dims }: RepeatOptions): Promise<RepeatedRun> {
  const dimensions = dims.flatMap((dim) => ['--dim', dim])
  const args = ['run', model, '--batch', `auto:${largest}`, ...dimensions, '--json', '-', '--quiet']
  const { output, seconds } = await child([path('dist/cli.js'), ...args], '')
  const document = v.parse(RunDocumentSchema, JSON.parse(output))
  const card = document.recommendations.find((each) => each.goal === 'throughput')
  return { batchSize: card?.batchSize ?? null, equivalent: card?.equivalent ?? [], seconds }
}

async function runNaive({ path: model }: RepeatOptions, input: string): Promise<RepeatedRun> {
  const { output, seconds } = await child([path('test/bench/repeat/naive-script.mjs'), model], input)
  const { batchSize } = v.parse(v.object({ batchSize: v.number() }), JSON.parse(output))
  return { batchSize, equivalent: [batchSize], seconds }
}

/** What the naive script feeds the model, planned as for our own runs so that both run the same shapes. */
async function naiveInputs({ path: model, dims }: RepeatOptions): Promise<string> {
  const { files } = createNodePorts({
    hostPath: path('dist/host.js'),
    resourcesFolder: path('resources'),
    batchscopeVersion: 'bench',
  })
  const values = Object.fromEntries(
    dims.map((dim) => {
      const [, name, value] = /^(.+)=([1-9]\d*)$/.exec(dim) ?? []
      if (name === undefined) throw new InputError(`--dim ${dim}: it takes NAME=V with one whole number.`)
      return [name, Number(value)]
    }),
  )
  try {
    const description = await describeModel(model, files)
    const batchSizes = Array.from({ length: Math.log2(largest) + 1 }, (_, exponent) => 2 ** exponent)
    const plans = batchSizes.map((batchSize) => ({
      batchSize,
      inputs: planInputs(description, { batchSize, executionProvider: 'cpu', dims: values }, {}).inputs,
    }))
    return JSON.stringify(plans)
  } catch (error) {
    throw error instanceof BatchscopeError ? new InputError(error.message) : error
  }
}

/** Runs a Node script to its end. Throws a sentence with its last line when it fails. */
function child(args: readonly string[], input: string): Promise<{ output: string; seconds: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const running = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    running.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    running.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    running.on('error', reject)
    running.on('close', (code, signal) => {
      if (code === 0) return resolve({ output, seconds: (performance.now() - started) / 1000 })
      const why = errors.trim().split('\n').at(-1) ?? ''
      reject(new Error(`A run ended with ${signal ?? `exit code ${code}`}. ${why}`))
    })
    running.stdin.on('error', () => undefined)
    running.stdin.end(input)
  })
}

function note(what: string): void {
  console.error(`measuring: ${what} ...`)
}

function told(run: RepeatedRun): RepeatedRun {
  const others = run.equivalent.filter((size) => size !== run.batchSize)
  const set = others.length > 0 ? `, not told apart from ${others.join(', ')}` : ''
  console.error(`  ${run.batchSize ?? 'no batch size'}${set} (${run.seconds.toFixed(0)} s)`)
  return run
}

function tableOf(
  { name, runs }: RepeatOptions,
  ours: readonly RepeatedRun[],
  naive: readonly RepeatedRun[],
  met: boolean,
): string {
  const [our, their] = [scoreOf(ours), scoreOf(naive)]
  const duration = (all: readonly RepeatedRun[]) =>
    formatDuration(1000 * (median(all.map(({ seconds }) => seconds)) ?? Number.NaN))
  const table = new Table({
    head: ['', 'Batchscope, auto:64', 'naive script'],
    colWidths: [28, 26, 26],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  table.push(
    ["in the first run's set", `${our.held} of ${runs}`, `${their.held} of ${runs} (the same size)`],
    ['recommended', recommendedText(our), recommendedText(their)],
    ["the first run's set", our.firstSet.join(', ') || 'none', their.firstSet.join(', ')],
    ['sizes in a set, median', `${our.setSize}`, `${their.setSize}`],
    ['time of a run, median', duration(ours), duration(naive)],
  )
  const verdict = `${met ? 'yes' : 'NO'}: at least ${Math.ceil(goal * runs)} of ${runs} (the first counts itself)`
  return `${name}, profiled ${runs} times each, in turn\n${table.toString()}\nmet ${verdict}`
}

function jsonOf(
  { name, runs }: RepeatOptions,
  ours: readonly RepeatedRun[],
  naive: readonly RepeatedRun[],
): string {
  const part = (all: readonly RepeatedRun[]) => ({ ...scoreOf(all), each: all })
  const document = { format: 'batchscope-repeat', formatVersion: 1, model: name, runs }
  return JSON.stringify({ ...document, ours: part(ours), naive: part(naive) }, undefined, 2)
}
