import type { ModelDescription } from '../../contract/model.ts'
import type { CommandResult } from '../../contract/workbench-api.ts'
import { largestFeedable } from './check-boundary.ts'
import { judgeIntervals } from './check-intervals.ts'
import type { CheckList } from './check-list.ts'
import { judgeLoad, loadedBy, noTimeForIt, type LoadResult } from './check-load.ts'
import { judgeMemory } from './check-memory.ts'
import { compareWithCpu, judgeOutputs, type OutputsResult } from './check-outputs.ts'
import { judgePlacement, type Placement, type PlacementProblem } from './check-placement.ts'
import { judgeSweep } from './check-sweep.ts'
import { judgeTelemetry } from './check-telemetry.ts'
import { judgeTorch } from './check-torch.ts'
import { draftFor } from './draft-for.ts'
import type { VerificationModel, VerificationPlan } from './plan.ts'
import { noTime, nothingToJudge, type Judgement, type Sweep, type TorchRow } from './report.ts'
import { runExperiment, type ExperimentOutcome } from './run-experiment.ts'
import type { ModelAtHand, VerificationScene } from './scene.ts'
import { searchBoundary } from './search-boundary.ts'
import { sweepOf } from './sweep.ts'
import type { TimeShares } from './time-shares.ts'
import { VariedInputs } from './varied-inputs.ts'

/** What the steps found, besides their judgements. */
export interface VerificationFindings {
  readonly sweeps: Sweep[]
  readonly torch: TorchRow[]
}

interface StepsContext {
  readonly plan: VerificationPlan
  readonly scene: VerificationScene
  readonly list: CheckList
  readonly shares: TimeShares
  readonly findings: VerificationFindings
}

/** Asking whether PyTorch is there takes Python a moment, in ms. */
const askPythonMs = 20_000

/** Share of the boundary's time for measuring a model that only the boundary is searched of. */
const shareOfOwnSweep = 0.3

/** The steps of a verification, one after the other; each does one check or several. */
export class VerificationSteps {
  readonly #context: StepsContext
  readonly #models = new Map<string, ModelAtHand & { description: ModelDescription }>()
  readonly #histories: CommandResult<'experimentHistory'>[] = []
  /** Of models that only the memory boundary is searched of. */
  readonly #ownSweeps: Sweep[] = []
  readonly #placements: Placement[] = []
  readonly #placementProblems: PlacementProblem[] = []
  /** Why PyTorch is not compared; `undefined` while it is. */
  #withoutTorch: string | undefined

  constructor(context: StepsContext) {
    this.#context = context
  }

  all(): (() => Promise<void>)[] {
    const { models } = this.#context.plan
    return [
      () => this.#askForTorch(),
      () => this.#load(),
      () => this.#outputs(),
      ...models.map((model, index) => () => this.#sweep(model, models.length - index)),
      () => this.#judgeSweeps(),
      () => this.#boundary(),
      () => this.#torch(),
    ]
  }

  /** Without it, its time is free for the other steps. */
  async #askForTorch(): Promise<void> {
    const { plan, scene, shares } = this.#context
    this.#withoutTorch = await this.#whyNoTorch(plan, scene)
    if (this.#withoutTorch !== undefined) shares.giveBack('torch')
  }

  async #whyNoTorch({ torch, provider }: VerificationPlan, { programs, signal }: VerificationScene) {
    if (torch === undefined) return `PyTorch is compared on CUDA only, not on ${provider}.`
    const question = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)'
    const end = await programs.run(torch.python, ['-c', question], { timeoutMs: askPythonMs, signal })
    if (!end.started) return end.reason
    if (end.code === 1) return `${torch.python} has no PyTorch. Name one that has: --python FILE.`
    if (end.code !== 0)
      return `${torch.python} cannot be asked for PyTorch: ${end.standardError.trim() || 'it gave no answer'}`
    return undefined
  }

  /** A batch of one, measured for a moment: on a device its profile tells where the nodes ran. */
  async #load(): Promise<void> {
    const { plan, scene, list, shares } = this.#context
    await list.check('load', async () => {
      const results: LoadResult[] = []
      for (const [index, model] of plan.models.entries()) {
        const limitMs = shares.timeFor('load', plan.models.length - index)
        if (limitMs === undefined) {
          results.push({ model: model.name, ok: false, ...noTimeForIt })
          continue
        }
        scene.listener.begins(`Loading ${model.name} on ${plan.provider}.`)
        const description = await scene.commands.openModel({ path: model.path })
        const outcome = await this.#experiment(model, 'loading', [1], plan.loadRules, limitMs)
        const result = loadedBy(model.name, outcome)
        results.push(result)
        const items = Math.max(...plan.outputBatchSizes)
        const inputs = new VariedInputs(description, model.fills, { items, files: scene.ports.files })
        if (result.ok) this.#models.set(model.name, { model, inputs, description })
      }
      for (const result of results) if (!result.ok) this.#placementProblems.push(result)
      return judgeLoad(results)
    })
  }

  /** Runs an experiment of a model, and keeps what its profiles tell. */
  async #experiment(
    model: VerificationModel,
    what: string,
    batchSizes: readonly number[],
    rules: VerificationPlan['sweepRules'],
    limitMs: number,
  ): Promise<ExperimentOutcome> {
    const { plan, scene } = this.#context
    const outcome = await runExperiment(
      {
        ...{ modelPath: model.path, name: `${model.name}: ${what} on ${plan.provider}` },
        draft: { ...draftFor(plan, model.name, batchSizes), ...rules },
      },
      limitMs,
      { ...scene, clock: scene.ports.clock, onRun: (event) => scene.listener.run(event) },
    )
    for (const { config, timeBreakdown, timeBreakdownProblem } of outcome.analysed.analysis.trials) {
      const at = { model: model.name, batchSize: config.batchSize }
      if (timeBreakdown !== undefined) this.#placements.push({ ...at, breakdown: timeBreakdown })
      if (timeBreakdownProblem !== undefined) {
        const timedOut = timeBreakdownProblem.includes('the time budget was used up')
        this.#placementProblems.push({ ...at, problem: timeBreakdownProblem, timedOut })
      }
    }
    return outcome
  }

  /** Of what another check should have brought: there was no time for that, or it came to nothing, as that check tells. */
  #without(id: string, sentence: string): Judgement {
    return this.#context.list.find(id)?.because === 'no-time' ? noTime() : nothingToJudge(sentence)
  }

  async #outputs(): Promise<void> {
    const { plan, scene, list, shares } = this.#context
    await list.check('outputs', async () => {
      const results: OutputsResult[] = []
      const models = [...this.#models.values()]
      if (models.length === 0) return this.#without('load', 'No model could be loaded.')
      for (const [index, atHand] of models.entries()) {
        const limitMs = shares.timeFor('outputs', models.length - index)
        if (limitMs === undefined) {
          results.push({ model: atHand.model.name, batchSize: 0, ok: false, ...noTimeForIt })
          continue
        }
        scene.listener.begins(`Comparing the outputs of ${atHand.model.name} with those of the CPU provider.`)
        results.push(...(await compareWithCpu(atHand, plan.outputBatchSizes, scene, limitMs)))
      }
      return judgeOutputs(results, plan.tolerances.outputRelative)
    })
  }

  async #sweep(model: VerificationModel, parts: number): Promise<void> {
    const { plan, scene, list, shares, findings } = this.#context
    await list.check(`sweep:${model.name}`, async () => {
      if (!this.#models.has(model.name)) return this.#without('load', 'It could not be loaded.')
      const limitMs = shares.timeFor('sweeps', parts)
      if (limitMs === undefined) return noTime()
      const sizes = `${model.batchSizes[0]} to ${model.batchSizes.at(-1)}`
      scene.listener.begins(`Measuring ${model.name} at batch ${sizes}.`)
      const outcome = await this.#experiment(model, 'sweep', model.batchSizes, plan.sweepRules, limitMs)
      const sweep = sweepOf(model.name, outcome)
      findings.sweeps.push(sweep)
      this.#histories.push(outcome.history)
      return judgeSweep(sweep, model.batchSizes)
    })
  }

  /** What the sweeps show besides speed; takes no time of its own. */
  async #judgeSweeps(): Promise<void> {
    const { plan, list, findings } = this.#context
    const { sweeps } = findings
    const measured = (judge: () => Judgement) => () =>
      sweeps.length === 0 ? nothingToJudge('Nothing was measured.') : judge()
    await list.judge(
      'placement',
      measured(() =>
        judgePlacement(
          plan.provider === 'cpu' ? [] : plan.models.map(({ name }) => name),
          this.#placements,
          this.#placementProblems,
        ),
      ),
    )
    for (const { name } of plan.models) {
      const sweep = sweeps.find(({ model }) => model === name)
      await list.judge(
        `memory:${name}`,
        measured(() =>
          sweep === undefined ? nothingToJudge('Nothing was measured.') : judgeMemory(sweep, plan.tolerances),
        ),
      )
    }
    const source = {
      sweeps,
      histories: this.#histories,
      device: plan.device,
      onDevice: plan.provider !== 'cpu',
    }
    await list.judge(
      'telemetry',
      measured(() => judgeTelemetry(source, plan.tolerances)),
    )
    await list.judge(
      'intervals',
      measured(() => judgeIntervals(sweeps, plan.tolerances)),
    )
  }

  async #boundary(): Promise<void> {
    const { plan, scene, list, shares, findings } = this.#context
    await list.check('boundary', async () => {
      const { model: name, own, largestTensorElements } = plan.boundary
      const began = scene.ports.clock.now()
      if (this.#models.size === 0) return this.#without('load', 'No model could be loaded.')
      const limitMs = shares.timeFor('boundary')
      if (limitMs === undefined) return noTime()
      if (own !== undefined) {
        const problem = await this.#sweepForBoundary(own, shareOfOwnSweep * limitMs)
        if (problem !== undefined) return problem
      }
      const atHand = this.#models.get(name)
      const sweep = [...findings.sweeps, ...this.#ownSweeps].find(({ model }) => model === name)
      if (atHand === undefined || sweep === undefined) {
        return this.#without(`sweep:${name}`, `${name} was not measured.`)
      }
      scene.listener.begins(`Searching the memory boundary of ${name}.`)
      const feedable = largestFeedable(atHand.description, largestTensorElements)
      const left = limitMs - (scene.ports.clock.now() - began)
      return searchBoundary(atHand, sweep, { plan, limitMs: left, feedable }, scene)
    })
  }

  /** Measures a model that only the memory boundary is searched of, once at each size; gives why that came to nothing. */
  async #sweepForBoundary(model: VerificationModel, limitMs: number): Promise<Judgement | undefined> {
    const { plan, scene } = this.#context
    scene.listener.begins(`Measuring the memory of ${model.name}.`)
    const description = await scene.commands.openModel({ path: model.path })
    const inputs = new VariedInputs(description, model.fills, { items: 1, files: scene.ports.files })
    const outcome = await this.#experiment(model, 'memory', model.batchSizes, plan.loadRules, limitMs)
    const sweep = sweepOf(model.name, outcome)
    const { trials } = sweep
    if (!trials.some(({ outcome: how }) => how === 'completed')) {
      const failure = trials.find(({ executions }) => executions > 0)?.failure
      if (failure === undefined || outcome.outOfTime) return noTime()
      return { verdict: 'failed', sentence: `${model.name}: ${failure}`, figures: {} }
    }
    this.#models.set(model.name, { model, inputs, description })
    this.#ownSweeps.push(sweep)
    return undefined
  }

  async #torch(): Promise<void> {
    const { plan, scene, list, shares, findings } = this.#context
    await list.check('torch', async () => {
      const { torch } = plan
      if (torch === undefined || this.#withoutTorch !== undefined) {
        const sentence = this.#withoutTorch ?? 'PyTorch is not compared.'
        return { ...nothingToJudge(sentence), because: 'not-here' }
      }
      if (findings.sweeps.length === 0) return nothingToJudge('There is nothing measured to compare it with.')
      const limitMs = shares.timeFor('torch')
      if (limitMs === undefined) return noTime()
      scene.listener.begins('Running the same shapes in PyTorch.')
      const sizes = torch.batchSizes.join(',')
      const args = [
        ...[torch.script, '--device', String(plan.device ?? 0)],
        // It begins nothing that would not end in time.
        ...['--seconds', String(Math.floor((0.8 * limitMs) / 1000))],
        ...plan.models.flatMap(({ name }) => ['--model', `${name}=${sizes}`]),
      ]
      const end = await scene.programs.run(torch.python, args, { timeoutMs: limitMs, signal: scene.signal })
      const { judgement, rows } = judgeTorch(end, findings.sweeps, torch.python)
      findings.torch.push(...rows)
      return judgement
    })
  }
}
