/**
 * `npm run fuzz:models`: damaged models through the reader and the description, in a process of its own that is watched.
 * No mutant may crash it, take more than a second of its time, or make it grow by more than 256 MB. What does is written
 * to a temporary folder. `--count N`, `--seed N`; `--only N` tries one mutant again.
 */
import { fork } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatBytes, formatCount, formatMilliseconds } from '../../electron/contract/quantity.ts'
import { mutant, seedModels } from './try-model.ts'
import type { WorkerMessage } from './worker.ts'

const { values: options } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const count = Number(options.count ?? 20_000)
const seed = Number(options.seed ?? 1)

/** Bounds for one mutant: processor time, and growth of the process at its peak. */
const mostMs = 1000
const mostBytes = 256 * 1024 ** 2

/** A mutant that takes this long by the clock hangs, however busy the machine is. */
const hangsMs = 60_000

const outcomes = new Map<string, number>()
const problems: { index: number; what: string }[] = []
let slowest = { index: 0, ms: 0 }
let peak = { index: 0, bytes: 0 }

/** Tries mutants from `first` in a fresh process until all are tried or one ends it; gives the next to try. */
function runWorker(first: number, end: number): Promise<number> {
  return new Promise((resolve) => {
    const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [], {
      execArgv: [...process.execArgv, '--expose-gc'],
    })
    let current = first
    let hung = false
    const hangs = () => {
      hung = true
      worker.kill('SIGKILL')
    }
    let watchdog = setTimeout(hangs, hangsMs)
    worker.on('message', (message: WorkerMessage) => {
      clearTimeout(watchdog)
      watchdog = setTimeout(hangs, hangsMs)
      current = message.index + 1
      take(message)
    })
    worker.on('exit', (code, signal) => {
      clearTimeout(watchdog)
      if (current < end) {
        const how = hung ? `hung for ${formatMilliseconds(hangsMs)}` : `ended the process (${signal ?? code})`
        problems.push({ index: current, what: how })
        current += 1
      }
      resolve(current)
    })
    worker.send({ seed, first, end })
  })
}

function take({ index, outcome, crash, cpuMs, grownBytes }: WorkerMessage): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  if (crash !== undefined) problems.push({ index, what: crash })
  if (cpuMs > mostMs) problems.push({ index, what: `took ${formatMilliseconds(cpuMs)}` })
  if (cpuMs > slowest.ms) slowest = { index, ms: cpuMs }
  // The process only ever grows: what passes the bound first is told once.
  if (grownBytes > mostBytes && peak.bytes <= mostBytes) {
    problems.push({ index, what: `made the process grow by ${formatBytes(grownBytes)}` })
  }
  if (grownBytes > peak.bytes) peak = { index, bytes: grownBytes }
  if (process.stderr.isTTY && index % 100 === 0) process.stderr.write(`\r${formatCount(index)}`)
}

const first = options.only === undefined ? 0 : Number(options.only)
const end = options.only === undefined ? count : first + 1
const started = performance.now()
for (let next = first; next < end;) next = await runWorker(next, end)
const seconds = (performance.now() - started) / 1000

if (process.stderr.isTTY) process.stderr.write('\r')
console.log(
  `${formatCount(end - first)} mutants of ${seedModels.length} models, seed ${seed}, in ${seconds.toFixed(0)} s`,
)
for (const [outcome, times] of [...outcomes].sort((a, b) => b[1] - a[1])) {
  console.log(`${formatCount(times).padStart(8)}  ${outcome}`)
}
console.log(`slowest: ${formatMilliseconds(slowest.ms)} of processor time (mutant ${slowest.index})`)
console.log(`largest growth of the process: ${formatBytes(peak.bytes)} (mutant ${peak.index})`)
if (problems.length > 0) {
  const folder = await mkdtemp(join(tmpdir(), 'batchscope-fuzz-'))
  for (const { index, what } of problems) {
    const { seedModel, bytes } = mutant(seed, index)
    const file = join(folder, `${seed}-${index}.onnx`)
    await writeFile(file, bytes)
    console.log(`mutant ${index} of ${seedModel} ${what}\n  ${file}`)
  }
}
console.log(problems.length === 0 ? 'no crash, no hang, no overgrowth' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
