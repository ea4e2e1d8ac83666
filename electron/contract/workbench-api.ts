import * as v from 'valibot'
import { AnalysisSchema } from './analysis.ts'
import { BatchProbeSchema } from './batch-probe.ts'
import { ComparisonSchema, ComparisonSourceSchema, ThresholdSchema } from './comparison.ts'
import { DerivationKindSchema } from './derivation.ts'
import { EnvironmentSchema } from './environment.ts'
import {
  ExperimentDraftSchema,
  ExperimentPreviewSchema,
  ExperimentSpecSchema,
  SloSchema,
} from './experiment.ts'
import { FailureSchema } from './failure.ts'
import { ModelDescriptionSchema } from './model.ts'
import { ProjectSummarySchema } from './project.ts'
import { RunEventSchema, RunSnapshotSchema } from './run-event.ts'
import { RuntimeInstallSchema } from './runtime.ts'
import { TelemetrySampleSchema } from './telemetry.ts'

const nothing = v.object({})
const inExperiment = v.object({ projectId: v.string(), experimentId: v.string() })

/** Formats that a report can be written in. */
export const reportFormats = ['pdf', 'csv', 'samples-csv', 'json', 'markdown'] as const
export const ReportFormatSchema = v.picklist(reportFormats)
export type ReportFormat = v.InferOutput<typeof ReportFormatSchema>

/** What the entry offers besides the engine; the interface adapts to it. */
export const CapabilitiesSchema = v.object({
  entry: v.picklist(['desktop', 'served']),
  /** Native open and save dialogs; without them files are uploaded and downloaded. */
  dialogs: v.boolean(),
})

/** Every command: what it takes and what it gives. The one place where commands are declared. */
export const commands = {
  capabilities: { params: nothing, result: CapabilitiesSchema },
  /** Measured once a launch; `refresh` measures again. */
  environment: { params: v.object({ refresh: v.optional(v.boolean()) }), result: EnvironmentSchema },
  /**
   * Installs a runtime beside the built-in one: `cuda13`, `cuda12` or `onnxruntime@VERSION`. Told by `runtimeInstall`
   * events; resolves when it is there. One at a time.
   */
  installRuntime: { params: v.object({ name: v.string() }), result: nothing },
  /** Ends the installation in progress; what was downloaded is kept for the next try. */
  cancelRuntimeInstall: { params: nothing, result: nothing },
  /** The installation in progress; null when there is none. */
  currentRuntimeInstall: { params: nothing, result: v.nullable(RuntimeInstallSchema) },
  removeRuntime: { params: v.object({ name: v.string() }), result: nothing },
  sampleModels: {
    params: nothing,
    result: v.array(v.object({ name: v.string(), path: v.string(), about: v.string() })),
  },
  openModel: { params: v.object({ path: v.string() }), result: ModelDescriptionSchema },
  /**
   * Runs a model at batch sizes 2 and 3 in a session host and tells whether its outputs follow. `batchAxes` are the
   * user's corrections, each `INPUT=AXIS` or `INPUT=none`.
   */
  probeBatchAxes: {
    params: v.object({ path: v.string(), batchAxes: v.optional(v.array(v.string())) }),
    result: BatchProbeSchema,
  },
  /**
   * Makes a model from another, proves it in session hosts, and describes it; it lies in the user's data folder. Made
   * once for the same file and kind. Fails with `not-convertible` where it cannot be made or shown to be right.
   */
  makeModel: {
    params: v.object({
      path: v.string(),
      kind: DerivationKindSchema,
      batchAxes: v.optional(v.array(v.string())),
    }),
    result: ModelDescriptionSchema,
  },
  /** Writes a model that was made here to a file the user chose, its external data beside it. */
  saveModelAs: {
    params: v.object({ sourcePath: v.string(), path: v.string() }),
    result: nothing,
  },
  recentProjects: {
    params: nothing,
    result: v.array(v.object({ path: v.string(), name: v.string(), opened: v.string() })),
  },
  /** Opens an existing project; opening one twice gives the same project. */
  openProject: { params: v.object({ path: v.string() }), result: ProjectSummarySchema },
  /** Makes an empty project file; without a path, in the user's data folder. Refuses to overwrite. */
  createProject: {
    params: v.object({ path: v.optional(v.string()), name: v.optional(v.string()) }),
    result: ProjectSummarySchema,
  },
  openProjects: { params: nothing, result: v.array(ProjectSummarySchema) },
  closeProject: { params: v.object({ projectId: v.string() }), result: nothing },
  saveProjectAs: {
    params: v.object({ projectId: v.string(), path: v.string() }),
    result: ProjectSummarySchema,
  },
  /** A project's whole file as it is now, for a browser to download. */
  readProject: {
    params: v.object({ projectId: v.string() }),
    result: v.object({ fileName: v.string(), content: v.string() }),
  },
  renameExperiment: { params: v.object({ ...inExperiment.entries, name: v.string() }), result: nothing },
  removeExperiment: { params: inExperiment, result: nothing },
  previewExperiment: {
    params: v.object({ modelPath: v.string(), draft: ExperimentDraftSchema }),
    result: ExperimentPreviewSchema,
  },
  /** Starts in the given project, else in a new one of its own in the user's data folder. One run at a time. */
  startExperiment: {
    params: v.object({
      modelPath: v.string(),
      draft: ExperimentDraftSchema,
      name: v.optional(v.string()),
      projectId: v.optional(v.string()),
      /** Keeps the results in memory only, in a project of its own. */
      scratch: v.optional(v.boolean()),
    }),
    result: inExperiment,
  },
  /** Continues an interrupted or stopped experiment with what is still missing. */
  resumeExperiment: { params: inExperiment, result: nothing },
  stopExperiment: { params: inExperiment, result: nothing },
  /** Passes over a trial: the one that runs, or one that waits. */
  skipTrial: { params: v.object({ ...inExperiment.entries, trialId: v.string() }), result: nothing },
  /** The run in progress, or the last one of this launch; null before the first. */
  currentRun: { params: nothing, result: v.nullable(RunSnapshotSchema) },
  /** What an experiment's executions show, as if the latency bound were `slo` (null: none; absent: the experiment's own). */
  analyse: {
    params: v.object({ ...inExperiment.entries, slo: v.optional(v.nullable(SloSchema)) }),
    result: v.object({
      spec: ExperimentSpecSchema,
      environment: EnvironmentSchema,
      analysis: AnalysisSchema,
    }),
  },
  /**
   * Compares a run with a reference, each an experiment of an open project or a run document. The threshold is the
   * default where it is absent.
   */
  compareExperiments: {
    params: v.object({
      before: ComparisonSourceSchema,
      after: ComparisonSourceSchema,
      threshold: v.optional(ThresholdSchema),
    }),
    result: ComparisonSchema,
  },
  /** The latencies of one trial's completed executions in ms, and its telemetry. */
  trialDetail: {
    params: v.object({ ...inExperiment.entries, trialId: v.string() }),
    result: v.object({
      executions: v.array(
        v.object({
          block: v.number(),
          samplesMs: v.array(v.number()),
          /** Samples above this are outliers; absent where too few samples tell. */
          outliersAboveMs: v.optional(v.number()),
        }),
      ),
      telemetry: v.array(TelemetrySampleSchema),
    }),
  },
  /** Telemetry and planner decisions of a whole experiment, for the charts of a finished run. */
  experimentHistory: {
    /** With `telemetry: false` there is none in the result: that of a long run is large. */
    params: v.object({ ...inExperiment.entries, telemetry: v.optional(v.boolean()) }),
    result: v.object({
      startedMs: v.number(),
      telemetry: v.array(TelemetrySampleSchema),
      decisions: v.array(v.string()),
      spans: v.array(v.object({ trialId: v.string(), spanMs: v.tuple([v.number(), v.number()]) })),
    }),
  },
  /** A report's text or bytes (base64), for a preview or a download. */
  renderReport: {
    params: v.object({ ...inExperiment.entries, format: ReportFormatSchema }),
    result: v.object({
      fileName: v.string(),
      mediaType: v.string(),
      encoding: v.picklist(['utf8', 'base64']),
      content: v.string(),
    }),
  },
  /** Writes a report to a file the user chose. */
  saveReport: {
    params: v.object({ ...inExperiment.entries, format: ReportFormatSchema, path: v.string() }),
    result: nothing,
  },
  /** Asks the person for a file to open; null when they think better of it. Only with `dialogs`. */
  chooseFile: {
    params: v.object({ kind: v.picklist(['model', 'project', 'input', 'any']) }),
    result: v.nullable(v.string()),
  },
  /** Asks the person where to save; null when they think better of it. Only with `dialogs`. */
  chooseSavePath: {
    params: v.object({ suggestedName: v.string(), extension: v.string() }),
    result: v.nullable(v.string()),
  },
} as const satisfies Record<string, { params: v.GenericSchema; result: v.GenericSchema }>

/** Every event stream. */
export const events = {
  run: RunEventSchema,
  runtimeInstall: RuntimeInstallSchema,
  /** The set of open projects or what is in them changed. */
  projects: v.array(ProjectSummarySchema),
  /** The desktop asks the page to do something: a menu item, or a file opened from outside. */
  intent: v.variant('kind', [
    v.object({ kind: v.literal('open-path'), path: v.string() }),
    v.object({ kind: v.literal('command'), command: v.string() }),
  ]),
} as const satisfies Record<string, v.GenericSchema>

export type CommandName = keyof typeof commands
export type EventName = keyof typeof events
export type CommandParams<C extends CommandName> = v.InferOutput<(typeof commands)[C]['params']>
export type CommandResult<C extends CommandName> = v.InferOutput<(typeof commands)[C]['result']>
export type EventPayload<E extends EventName> = v.InferOutput<(typeof events)[E]>

/** Commands as the engine implements them: a failure is thrown as a BatchscopeError. */
export type WorkbenchCommands = {
  [C in CommandName]: (params: CommandParams<C>) => Promise<CommandResult<C>>
}

/** Commands that only an entry can fulfil, because they need its windows. */
export type EntryCommandName = 'capabilities' | 'chooseFile' | 'chooseSavePath'
export type EngineCommandName = Exclude<CommandName, EntryCommandName>
export type EngineCommands = Pick<WorkbenchCommands, EngineCommandName>
export type EntryCommands = Pick<WorkbenchCommands, EntryCommandName>

/** Listens to an event stream until the returned function is called. */
export type Subscribe = <E extends EventName>(
  event: E,
  listener: (payload: EventPayload<E>) => void,
) => () => void

/** The workbench as its three entries and its page see it. */
export interface WorkbenchApi {
  commands: WorkbenchCommands
  subscribe: Subscribe
}

/** A command's answer as it crosses a boundary: failures are data. */
export const ReplySchema = v.variant('ok', [
  v.object({ ok: v.literal(true), value: v.unknown() }),
  v.object({ ok: v.literal(false), failure: FailureSchema }),
])
export type Reply = v.InferOutput<typeof ReplySchema>

/**
 * What the two sides of a connection call on each other, over IPC or a WebSocket alike.
 * The page calls `command`, `subscribe` and `unsubscribe`; the engine's side calls `event`.
 */
export interface ServerFunctions {
  command(name: unknown, params: unknown): Promise<Reply>
  subscribe(event: unknown): void
  unsubscribe(event: unknown): void
}
export interface ClientFunctions {
  event(name: unknown, payload: unknown): void
}
