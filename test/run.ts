/**
 * `npm test`: every check of the project, one after the other, and one closing line that counts them all.
 * A stage that cannot even report counts as one failure; later stages still run, so that one look shows everything.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findOrInstallChromium } from './journeys/chromium.ts'

interface Count {
  passed: number
  failed: number
  skipped: number
}

const reports = await mkdtemp(join(tmpdir(), 'batchscope-test-'))
const stages: { name: string; run(): Promise<Count> }[] = [
  { name: 'build', run: () => check('npm', ['run', '--silent', 'build']) },
  { name: 'types (engine, entries, tests)', run: () => check('npx', ['tsc', '-p', 'tsconfig.node.json']) },
  { name: 'types (page)', run: () => check('npx', ['vue-tsc', '-p', 'tsconfig.renderer.json']) },
  { name: 'lint', run: () => check('npm', ['run', '--silent', 'lint']) },
  { name: 'format', run: () => check('npm', ['run', '--silent', 'format:check']) },
  { name: 'unit, contract, host, architecture', run: vitest },
  { name: 'journeys', run: journeys },
]

const results: { name: string; count: Count; seconds: number }[] = []
for (const { name, run } of stages) {
  console.log(`\n== ${name}`)
  const started = performance.now()
  const count = await run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  results.push({ name, count, seconds: (performance.now() - started) / 1000 })
}
await rm(reports, { recursive: true, force: true })

console.log('')
for (const { name, count, seconds } of results) {
  const verdict = count.failed > 0 ? 'FAILED' : 'ok'
  console.log(`${verdict.padEnd(7)}${name.padEnd(40)}${describe(count)} (${seconds.toFixed(0)} s)`)
}
const total = results.reduce(
  (sum, { count }) => ({
    passed: sum.passed + count.passed,
    failed: sum.failed + count.failed,
    skipped: sum.skipped + count.skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
)
console.log('')
console.log(describe(total))
process.exitCode = total.failed > 0 ? 1 : 0

function describe({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** A command that passes or fails as a whole counts as one. */
async function check(command: string, args: string[]): Promise<Count> {
  const code = await execute(command, args)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

async function vitest(): Promise<Count> {
  const file = join(reports, 'vitest.json')
  const code = await execute('npx', [
    ...['vitest', 'run', '--reporter=default', '--reporter=json'],
    `--outputFile.json=${file}`,
  ])
  const report = JSON.parse(await readFile(file, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numTodoTests: number
  }
  const failed = report.numFailedTests
  return {
    passed: report.numPassedTests,
    // A file that does not load fails without a failed test.
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

async function journeys(): Promise<Count> {
  const chromium = await findOrInstallChromium()
  console.log(`Browser: ${chromium}`)
  const file = join(reports, 'journeys.json')
  const code = await execute('npx', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    BATCHSCOPE_CHROMIUM: chromium,
  })
  const { stats } = JSON.parse(await readFile(file, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number }
  }
  const failed = stats.unexpected
  return {
    passed: stats.expected + stats.flaky,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: stats.skipped,
  }
}

function execute(command: string, args: string[], environment: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
    })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
