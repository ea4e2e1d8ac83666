import type { ExperimentDraft } from '../contract/experiment.ts'
import { badInput, BatchscopeError, failureLine } from '../contract/failure.ts'
import type { ModelDescription } from '../contract/model.ts'
import type {
  CommandParams,
  CommandResult,
  EngineCommands,
  EventName,
  EventPayload,
  Subscribe,
} from '../contract/workbench-api.ts'
import { compareSources } from './comparison/compare-sources.ts'
import { sideOfExperiment } from './comparison/side.ts'
import { KnownEnvironment } from './environment/known-environment.ts'
import { readDraft } from './experiment/draft.ts'
import { openInputFiles } from './experiment/draft-inputs.ts'
import { modelOfDraft } from './experiment/draft-make-dynamic.ts'
import { makeVariants, openVariants, trialModels, variantFactors } from './experiment/draft-variants.ts'
import type { TrialModels } from './experiment/plan-trial.ts'
import { previewExperiment } from './experiment/preview.ts'
import { checkRunnable, experimentName, newExperimentId } from './experiment/new-experiment.ts'
import { recordedModels } from './experiment/recorded-models.ts'
import { ownValues } from './experiment/own-values.ts'
import { RunControl } from './experiment/run-control.ts'
import { ArrayFiles } from './inputs/array-files.ts'
import { makeModel, saveMadeModel } from './model/make-model.ts'
import { probeBatchAxes } from './model/axes/probe-batch.ts'
import { OpenedModels } from './model/opened-models.ts'
import { sampleModels } from './model/sample-models.ts'
import type { Ports } from './ports.ts'
import { OpenProjects } from './project/open-projects.ts'
import { refuseChangedEnvironment } from './experiment/resumable.ts'
import { recordedEnvironment } from './environment/recorded-environment.ts'
import { RuntimeControl } from './runtimes/runtime-control.ts'
import { analyse } from './recommendation/analyse.ts'
import { encodeReport, renderReport, type RenderedReport } from './report/render-report.ts'
import { outliersOf } from './statistics/outliers.ts'
import type { ReportFormat } from '../contract/workbench-api.ts'

/** The engine behind all three entries. */
export interface Workbench {
  commands: EngineCommands
  subscribe: Subscribe
  /** Ends a run (it can be resumed), closes projects, ends telemetry. */
  shutdown(): Promise<void>
}

/** Composes the engine from its view of the world. Starts nothing by itself. */
export function createWorkbench(ports: Ports): Workbench {
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  const subscribe: Subscribe = (event, listener) => {
    const set = listeners.get(event) ?? new Set()
    listeners.set(event, set.add(listener))
    return () => set.delete(listener)
  }
  function emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
    for (const listener of listeners.get(event) ?? [])
      (listener as (payload: EventPayload<E>) => void)(payload)
  }

  const models = new OpenedModels(ports.files)
  const environment = new KnownEnvironment(ports)
  const runtimes = new RuntimeControl({
    ports,
    emit: (install) => emit('runtimeInstall', install),
    // What a runtime brings is known only by trying it: the next question asks again.
    changed: () => environment.forget(),
  })
  const arrays = new ArrayFiles(ports.files)
  const projects = new OpenProjects(ports, () => emit('projects', projects.summaries()))
  const runs = new RunControl({
    ports,
    emit: (event) => emit('run', event),
    projectsChanged: () => emit('projects', projects.summaries()),
  })

  /** Models that are being tried or made because somebody asked: they would take computing time from what is measured. */
  const underway = new Set<Promise<unknown>>()
  function besideRuns<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => underway.delete(done))
    underway.add(done)
    return done
  }

  async function startExperiment(
    params: CommandParams<'startExperiment'>,
  ): Promise<CommandResult<'startExperiment'>> {
    runs.refuseIfRunning()
    runtimes.refuseIfInstalling()
    const opened = await models.open(params.modelPath)
    const asRead = modelOfDraft(params.draft, opened)
    const here = await environment.ask()
    const asked = await variantsOf(params.draft, asRead)
    const inputFiles = await openInputFiles(params.draft.inputs, asRead, arrays)
    const reading = readDraft(params.draft, opened, here, asked, inputFiles)
    if (!reading.ok) {
      throw badInput(
        reading.problems
          .map((problem) => failureLine({ ...problem, code: 'bad-input', owner: 'user' }))
          .join('\n'),
      )
    }
    // Made only now, when everything else is known to be right: it takes its time.
    const { batchAxes } = params.draft
    const model =
      asRead === opened
        ? opened
        : await makeModel({ path: opened.path, kind: 'dynamic', batchAxes }, { models, ports })
    const variants = await makeVariants(asked.ok ? asked.value : [], (kind) =>
      makeModel({ path: model.path, kind, batchAxes }, { models, ports }),
    )
    const spec = { ...reading.spec, factors: { ...reading.spec.factors, ...variantFactors(variants) } }
    const measured = { ...trialModels(model, variants), values: await ownValues(spec, model, arrays) }
    checkRunnable(measured, spec)
    await Promise.allSettled(underway)
    // Making and waiting take their time: another may be running by now.
    return runs.reserve(async () => {
      runtimes.refuseIfInstalling()
      const started = ports.clock.wallTime()
      const name = params.name ?? experimentName(params.draft, spec)
      const projectId =
        params.projectId ??
        (params.scratch === true
          ? projects.createScratch()
          : await projects.create(undefined, `${model.name.replace(/\.onnx$/i, '')} ${started.slice(0, 10)}`))
      const project = projects.get(projectId)
      if (project.readOnlyReason !== undefined) {
        throw new BatchscopeError({
          code: 'project-read-only',
          message: `${project.path} can only be read: ${project.readOnlyReason}`,
          hint: 'Choose another project.',
          owner: 'user',
        })
      }
      const experimentId = newExperimentId(project.state)
      for (const each of [model, ...measured.variants.values()]) {
        if (!project.state.models.has(each.sha256)) await project.append({ record: 'model', model: each })
      }
      await project.append({
        record: 'experiment',
        id: experimentId,
        name,
        modelSha256: model.sha256,
        spec,
        environment: recordedEnvironment(here, spec),
        started,
        startedMs: ports.clock.now(),
      })
      runs.start({
        projectId,
        project,
        experiment: projects.experiment(projectId, experimentId).experiment,
        models: measured,
        runtimes: here.runtimes ?? [],
      })
      return { projectId, experimentId }
    })
  }

  async function resumeExperiment(
    params: CommandParams<'resumeExperiment'>,
  ): Promise<CommandResult<'resumeExperiment'>> {
    runs.refuseIfRunning()
    runtimes.refuseIfInstalling()
    const { project, experiment } = projects.experiment(params.projectId, params.experimentId)
    const recorded = recordedModels(project.state.models, experiment)
    const axes = experiment.record.spec.batchAxes
    const reference = await reopen(recorded.reference, axes)
    const measured: TrialModels = {
      reference,
      values: await ownValues(experiment.record.spec, reference, arrays),
      variants: new Map(
        await Promise.all(
          [...recorded.variants].map(async ([name, model]) => [name, await reopen(model, axes)] as const),
        ),
      ),
    }
    await Promise.allSettled(underway)
    return runs.reserve(async () => {
      runtimes.refuseIfInstalling()
      const here = await environment.ask()
      const { spec, environment: then } = experiment.record
      refuseChangedEnvironment(spec, then, here)
      runs.start({
        projectId: params.projectId,
        ...{ project, experiment, models: measured },
        runtimes: here.runtimes ?? [],
      })
      return {}
    })
  }

  /** The model that an experiment measured, as it lies there now; one that was made is made again where it is gone. */
  async function reopen(
    recorded: ModelDescription,
    axes: Readonly<Record<string, number | null>>,
  ): Promise<ModelDescription> {
    const { derivation, path, sha256 } = recorded
    const gone = (await ports.files.stat(path)) === undefined
    const model =
      gone && derivation !== undefined
        ? await makeModel(
            {
              ...{ path: derivation.from.path, kind: derivation.kind },
              batchAxes: Object.entries(axes).map(([input, axis]) => `${input}=${axis ?? 'none'}`),
            },
            { models, ports },
          )
        : await models.open(path)
    if (model.sha256 !== sha256) {
      throw badInput(
        `${path} is no longer the model that this experiment measured.`,
        'Put the original file back, or start a new experiment.',
      )
    }
    return model
  }

  /** The variants of a draft, opened; those that are to be made are not made yet. */
  function variantsOf(draft: ExperimentDraft, model: ModelDescription) {
    return openVariants(draft.variants, model, (path) => models.open(path))
  }

  function analysisOf({ projectId, experimentId, slo }: CommandParams<'analyse'>) {
    const { project, experiment } = projects.experiment(projectId, experimentId)
    const { spec, environment: where } = experiment.record
    const analysis = analyse({
      spec,
      trials: experiment.trials,
      executions: experiment.executions.map(({ execution }) => execution),
      skips: experiment.skips,
      slo,
      environment: where,
      outputDrifts: experiment.outputDrifts,
      trialTimes: experiment.trialTimes,
      models: { bySha256: project.state.models, reference: experiment.record.modelSha256 },
    })
    return { project, experiment, spec, environment: where, analysis }
  }

  const generator = () => `batchscope ${ports.machine.versions().batchscope}`

  function report(params: {
    projectId: string
    experimentId: string
    format: ReportFormat
  }): Promise<RenderedReport> {
    const { project, experiment, analysis } = analysisOf(params)
    const measured = recordedModels(project.state.models, experiment)
    const input = {
      generator: generator(),
      projectName: projects.summary(params.projectId).name,
      experiment,
      ...{ model: measured.reference, variants: measured.variants },
      analysis,
    }
    return renderReport(input, params.format, ports.files)
  }

  const commands: EngineCommands = {
    // Looking again takes computing time from what is measured, and shows on the device.
    environment: ({ refresh }) => environment.ask(refresh === true && !runs.isBusy),
    installRuntime: async ({ name }) => {
      runs.refuseIfBusy()
      await runtimes.install(name)
      return {}
    },
    cancelRuntimeInstall: async () => {
      runtimes.cancel()
      return {}
    },
    currentRuntimeInstall: async () => runtimes.current(),
    removeRuntime: async ({ name }) => {
      runs.refuseIfBusy()
      await runtimes.remove(name)
      return {}
    },
    sampleModels: () => sampleModels(ports.files),
    openModel: ({ path }) => models.open(path),
    probeBatchAxes: async ({ path, batchAxes }) => {
      const model = await models.open(path)
      return besideRuns(probeBatchAxes(model, batchAxes ?? [], ports))
    },
    makeModel: (params) => besideRuns(makeModel(params, { models, ports })),
    saveModelAs: async ({ sourcePath, path }) => {
      await saveMadeModel(sourcePath, ports.files.resolve(path), { models, files: ports.files })
      return {}
    },
    recentProjects: () => projects.recent.list(),
    createProject: async ({ path, name }) => projects.summary(await projects.create(path, name ?? 'project')),
    openProject: async ({ path }) => projects.summary(await projects.open(path)),
    openProjects: async () => projects.summaries(),
    closeProject: async ({ projectId }) => {
      await runs.endIn(projectId)
      await projects.close(projectId)
      return {}
    },
    saveProjectAs: async ({ projectId, path }) => {
      await projects.saveAs(projectId, path)
      return projects.summary(projectId)
    },
    readProject: async ({ projectId }) => {
      const project = projects.get(projectId)
      return { fileName: `${project.name}.batchscope`, content: await project.text() }
    },
    renameExperiment: async ({ projectId, experimentId, name }) => {
      const { project } = projects.experiment(projectId, experimentId)
      if (name.trim() === '') throw badInput('An experiment needs a name.', 'Type one.')
      await project.append({ record: 'rename', experimentId, name: name.trim() })
      emit('projects', projects.summaries())
      return {}
    },
    removeExperiment: async ({ projectId, experimentId }) => {
      const { project } = projects.experiment(projectId, experimentId)
      runs.refuseIfRunning(experimentId)
      await project.append({ record: 'removal', experimentId })
      emit('projects', projects.summaries())
      return {}
    },
    previewExperiment: async ({ modelPath, draft }) => {
      const model = await models.open(modelPath)
      const asRead = modelOfDraft(draft, model)
      const here = await environment.ask()
      const inputFiles = await openInputFiles(draft.inputs, asRead, arrays)
      return previewExperiment(draft, model, here, await variantsOf(draft, asRead), inputFiles)
    },
    startExperiment,
    resumeExperiment,
    stopExperiment: async ({ experimentId }) => {
      await runs.stop(experimentId)
      return {}
    },
    skipTrial: async ({ experimentId, trialId }) => {
      await runs.skip(experimentId, trialId)
      return {}
    },
    currentRun: async () => runs.snapshot(),
    analyse: async (params) => {
      const { spec, environment: where, analysis } = analysisOf(params)
      return { spec, environment: where, analysis }
    },
    compareExperiments: (params) =>
      compareSources(params, {
        files: ports.files,
        generator: generator(),
        sideOf: (source) => {
          const { project, experiment, analysis } = analysisOf(source)
          const { name } = projects.summary(source.projectId)
          const { reference } = recordedModels(project.state.models, experiment)
          return sideOfExperiment(name, experiment, reference, analysis)
        },
      }),
    trialDetail: async ({ projectId, experimentId, trialId }) => {
      const { experiment } = projects.experiment(projectId, experimentId)
      const own = experiment.executions.filter(({ execution }) => execution.trialId === trialId)
      return {
        executions: own.flatMap(({ execution }) => {
          if (execution.outcome !== 'completed') return []
          const { block, samplesMs } = execution
          return [{ block, samplesMs, outliersAboveMs: outliersOf(samplesMs)?.aboveMs }]
        }),
        telemetry: experiment.telemetry.filter(({ timeMs }) =>
          own.some(({ spanMs: [from, to] }) => timeMs >= from && timeMs <= to),
        ),
      }
    },
    experimentHistory: async ({ projectId, experimentId, telemetry = true }) => {
      const { experiment } = projects.experiment(projectId, experimentId)
      return {
        startedMs: experiment.record.startedMs,
        telemetry: telemetry ? experiment.telemetry : [],
        decisions: experiment.decisions,
        spans: experiment.executions.map(({ execution, spanMs }) => ({ trialId: execution.trialId, spanMs })),
      }
    },
    renderReport: async (params) => encodeReport(await report(params)),
    saveReport: async (params) => {
      await ports.files.write(ports.files.resolve(params.path), (await report(params)).content)
      return {}
    },
  }

  return {
    commands,
    subscribe,
    async shutdown() {
      await runtimes.shutdown()
      await runs.shutdown()
      await projects.closeAll()
    },
  }
}
