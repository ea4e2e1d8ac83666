import type { BatchProbe } from '../../../contract/batch-probe.ts'
import { badInput, BatchscopeError, failureLine, type Failure } from '../../../contract/failure.ts'
import type { InputPlan } from '../../../contract/host-protocol.ts'
import type { ModelDescription } from '../../../contract/model.ts'
import { batchFreedom, readBatchAxes } from '../../experiment/draft-batch-axes.ts'
import { openEvaluator, type Evaluator } from '../../host/evaluator.ts'
import type { Ports } from '../../ports.ts'
import { outputsAsCorrected } from './corrected-outputs.ts'
import { axisTexts, otherBatchAxes, type BatchAxes } from './other-batch-axes.ts'
import { planInputs } from '../plan-inputs.ts'
import { judgeOutputs, type OutputShapes, type ProbeJudgement } from './probe-judgement.ts'

/** Two sizes that hardly any dimension has by chance, and that are cheap to run. */
const [smaller, larger] = [2, 3]

/** One load or run may take this long, in ms. */
const limitMs = 60_000

/** Other batch axes are only tried while this has not passed, in ms. */
const searchMs = 20_000

/**
 * Runs a model at batch sizes 2 and 3 in a session host and tells whether its outputs follow. `batchAxes` corrects the
 * axes that were found, as `--batch-axis` does. Where those do not work, and they were guessed, a few others are tried.
 * Other open dimensions have the sizes that the model's description suggests.
 * Rejects with a BatchscopeError `bad-input` when a correction cannot be read; whatever the model does is told.
 */
export async function probeBatchAxes(
  model: ModelDescription,
  batchAxes: readonly string[],
  ports: Pick<Ports, 'hosts' | 'clock' | 'files'>,
): Promise<BatchProbe> {
  const reading = readBatchAxes(batchAxes, model)
  if (!reading.ok) throw badInput(reading.problem.message, reading.problem.hint)
  const asked = reading.value
  const freedom = batchFreedom(model, asked)
  if (freedom.kind !== 'free') return nothingToTry(freedom)
  const start = ports.clock.now()
  const first = await tryAxes(model, asked, ports)
  if (first.verdict !== 'refuses' && first.verdict !== 'ignores') return first
  for (const other of otherBatchAxes(model, asked)) {
    if (ports.clock.now() - start > searchMs) break
    const probe = await tryAxes(model, { ...asked, ...other }, ports)
    if (probe.verdict !== 'follows') continue
    const texts = axisTexts(other)
    return {
      ...probe,
      batchAxes: [...batchAxes, ...texts],
      message: `It does not work with the batch axes that were found, but it does with ${texts.join(' and ')}. ${probe.message}`,
      hint: `Use ${texts.map((text) => `--batch-axis ${text}`).join(' ')}.`,
    }
  }
  return first
}

function nothingToTry(
  freedom: { kind: 'fixed'; size: number; input: string } | { kind: 'none' },
): BatchProbe {
  const nothing: Pick<BatchProbe, 'verdict' | 'tried' | 'outputAxes'> = {
    verdict: 'fixed',
    tried: [],
    outputAxes: {},
  }
  if (freedom.kind === 'none') {
    return {
      ...nothing,
      message: 'No input has a batch axis, so there was nothing to try.',
      hint: 'If one has, name it with --batch-axis INPUT=AXIS.',
    }
  }
  return {
    ...nothing,
    message: `The batch of input "${freedom.input}" is fixed at ${freedom.size}, so there was nothing to try.`,
    hint: 'Make the batch dynamic (--make-dynamic on the command line).',
  }
}

type ProbePorts = Pick<Ports, 'hosts' | 'clock'>

/** Runs both batch sizes with these axes. */
async function tryAxes(model: ModelDescription, axes: BatchAxes, ports: ProbePorts): Promise<BatchProbe> {
  const plan = (batchSize: number): InputPlan[] =>
    planInputs(model, { batchSize, executionProvider: 'cpu', dims: {} }, axes).inputs
  const tried: number[] = []
  let evaluator: Evaluator | undefined
  try {
    const plans = [plan(smaller), plan(larger)] as const
    evaluator = await openEvaluator(ports, { modelPath: model.path, timeoutMs: limitMs })
    const shapes: OutputShapes[] = []
    for (const [index, batchSize] of [smaller, larger].entries()) {
      shapes.push(await outputShapes(evaluator, plans[index] ?? [], batchSize))
      tried.push(batchSize)
    }
    const [atSmaller = [], atLarger = []] = shapes
    const judgement = judgeOutputs(
      outputsAsCorrected(model, axes),
      { size: smaller, outputs: atSmaller },
      { size: larger, outputs: atLarger },
    )
    return { ...judgement, tried }
  } catch (error) {
    if (!(error instanceof BatchscopeError)) throw error
    await evaluator?.end()
    if (evaluator === undefined) return unknown(error.failure)
    return { ...(await refusal(error.failure, () => plan(1), model, ports)), tried }
  } finally {
    await evaluator?.end()
  }
}

/** What it means that a model that loads could not be run: whether its batch is to blame shows at batch size 1. */
async function refusal(
  failure: Failure,
  planOne: () => InputPlan[],
  model: ModelDescription,
  ports: ProbePorts,
): Promise<ProbeJudgement> {
  const isModels = failure.code === 'batch-mismatch' || failure.code === 'inference'
  if (!isModels) return unknown(failure)
  let evaluator: Evaluator | undefined
  try {
    evaluator = await openEvaluator(ports, { modelPath: model.path, timeoutMs: limitMs })
    await outputShapes(evaluator, planOne(), 1)
  } catch (error) {
    if (!(error instanceof BatchscopeError)) throw error
    return {
      ...unknown(error.failure),
      message: `Even batch size 1 cannot be run, so nothing was learnt of the batch: ${error.failure.message}`,
    }
  } finally {
    await evaluator?.end()
  }
  const remedies =
    'Make the batch dynamic (--make-dynamic on the command line), or correct the batch axis (--batch-axis INPUT=AXIS).'
  return { verdict: 'refuses', message: failure.message, hint: remedies, outputAxes: {} }
}

async function outputShapes(
  evaluator: Evaluator,
  inputs: InputPlan[],
  batchSize: number,
): Promise<OutputShapes> {
  const { outputs } = await evaluator.evaluate(inputs, { mostElements: 0, batchSize })
  return outputs.map(({ name, shape }) => ({ name, shape }))
}

function unknown(failure: Failure): BatchProbe {
  const { message, hint } = failure
  return {
    verdict: 'unknown',
    tried: [],
    message: message === '' ? failureLine(failure) : message,
    ...(hint === undefined ? {} : { hint }),
    outputAxes: {},
  }
}
