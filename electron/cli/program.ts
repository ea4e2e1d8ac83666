import { Command, Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { compareCommand } from './compare-command.ts'
import { convertCommand } from './convert-command.ts'
import { doctorCommand } from './doctor-command.ts'
import type { ExitCode } from './exit-code.ts'
import { compareExamples, convertExamples, exitCodesHelp, reportExamples, runExamples } from './help-texts.ts'
import { inspectCommand } from './inspect-command.ts'
import { reportCommand } from './report-command.ts'
import { installRuntime, listRuntimes, removeRuntime } from './runtime-command.ts'
import { runCommand } from './run-command.ts'
import { serveCommand } from './serve-command.ts'
import { verifyExamples } from './verification-text.ts'
import { verifyCommand } from './verify-command.ts'

/** How the parsed command line reaches its command. */
export interface CommandRunner {
  /** Runs a command that works with the engine. */
  withEngine(command: (context: CommandContext) => Promise<ExitCode>): Promise<void>
  /** Runs a command that does not. */
  alone(command: (context: Omit<CommandContext, 'session'>) => Promise<ExitCode>): Promise<void>
}

const collect = (value: string, gathered: string[]) => [...gathered, value]
const repeatable = (flags: string, description: string) =>
  new Option(flags, description).argParser(collect).default([], 'none')

/** The command line: its commands, options and help. Parsing errors are thrown as CommanderErrors. */
export function createProgram(version: string, runner: CommandRunner): Command {
  const program = new Command('batchscope')
    .description(
      'Profiles how batch size changes the speed and memory of an ONNX model on this machine,\nand says which batch size to use.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ helpWidth: Math.min(100, process.stdout.columns ?? 100) })
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'batchscope: ')
            .trimEnd()
            .replaceAll('\n', ' ')}\n`,
        ),
    })
  program.addHelpText('after', exitCodesHelp)

  const inherited = (name: string, summary: string) =>
    program.command(name).summary(summary).helpOption('-h, --help', 'print this help')

  inherited('run <MODEL>', 'profile a model and recommend a batch size')
    .description(
      'Measures a model at several batch sizes, each in fresh processes, and recommends one for each goal.',
    )
    .optionsGroup('What to vary:')
    .option(
      '--batch <SIZES>',
      'batch sizes: 1,2,4,8 or 1:64 or 1:64:8 or pow2:1:256 or auto or auto:256',
      'auto',
    )
    .option('--ep <NAMES>', 'execution providers: cpu, cuda, tensorrt, dml, coreml, webgpu', 'cpu')
    .option('--device <N>', 'index of the device for providers that run on one (default: 0)')
    .option(
      '--runtime <NAMES>',
      'runtimes to measure in, as built-in,onnxruntime@1.30.0 (see: batchscope runtime list)',
    )
    .option('--threads <LIST>', "intra-op thread counts, as 1,2,4 (default: ONNX Runtime's choice)")
    .addOption(
      repeatable(
        '--dim <NAME=V>',
        'value of a free dimension; NAME or INPUT:AXIS; several as 64,128; repeatable',
      ),
    )
    .addOption(
      repeatable('--batch-axis <INPUT=AXIS>', 'axis of an input that counts samples, or none; repeatable'),
    )
    .addOption(
      repeatable(
        '--input <INPUT=FILE>',
        'values for an input from a .npy or .npz file, repeated to fill a batch; repeatable',
      ),
    )
    .addOption(
      repeatable(
        '--variant <MODEL>',
        'measure another model beside it: FILE, NAME=FILE, or fp16, int8, int8-weights to make one; repeatable',
      ),
    )
    .option('--make-dynamic', 'set a fixed batch free in a copy of the model, prove it, and profile that')
    .optionsGroup('Constraints:')
    .option('--slo <BOUND>', 'latency bound at a percentile, as p99<=20ms (quote it; units us, ms, s)')
    .option('--memory-budget <SIZE>', 'limit on the memory of the measured process, as 2GiB')
    .option('--time-budget <TIME>', 'give the best answer so far after this much measuring, as 60s or 5min')
    .option(
      '--boundary-granularity <N>',
      'measure the memory boundary to within N batch sizes; 1 for exactly',
    )
    .optionsGroup('Measuring:')
    .option('--executions <N>', 'fresh processes for each trial (default: 2)')
    .option('--max-executions <N>', 'auto gives each contender up to this many (default: 8)')
    .option('--tolerance <PERCENT>', 'auto ends when the best is known within this (default: 2%)')
    .option('--min-time <MS>', 'measure each at least this long, in ms (default: 1000)')
    .option('--max-time <MS>', 'and at most this long, in ms (default: 10000)')
    .option('--warmup-time <MS>', 'warm up at least this long, in ms; 0 for not at all (default: 250)')
    .option('--timeout <S>', 'give up on an execution after this long, in s (default: 300)')
    .option('--seed <N>', 'seed of inputs, order and resampling (default: 1)')
    .optionsGroup('Output:')
    .option('--project <FILE>', 'keep everything in this project file; made if it is not there')
    .option('--name <TEXT>', 'name of the experiment in the project')
    .option('--json <FILE>', 'write the results as a JSON document; - for standard output')
    .option('--csv <FILE>', 'write the trials as CSV; - for standard output')
    .option('--samples-csv <FILE>', 'write every latency sample as CSV; - for standard output')
    .option('--pdf <FILE>', 'write a report with charts')
    .option('-q, --quiet', 'no progress on standard error')
    .addHelpText('after', runExamples)
    .action((model, options) => runner.withEngine((context) => runCommand(model, options, context)))

  inherited('inspect <MODEL>', 'say what a model takes and gives')
    .description(
      'Reads a model: what it seems to be, inputs, outputs, batch axes, free dimensions, operators; and runs it once at two batch sizes to see whether its outputs follow.',
    )
    .option('--no-probe', 'only read it, do not run it')
    .option('--json', 'print a JSON document')
    .action((model, options) => runner.withEngine((context) => inspectCommand(model, options, context)))

  inherited('convert <MODEL>', 'make a model with a dynamic batch, in FP16 or in INT8')
    .description(
      'Makes a copy of a model, shows by running both that it is right, and says what was changed and what was shown.',
    )
    .requiredOption('--to <KIND>', 'dynamic, fp16, int8 or int8-weights')
    .requiredOption('--out <FILE>', 'write the model to this file, its external data beside it')
    .addOption(
      repeatable('--batch-axis <INPUT=AXIS>', 'axis of an input that counts samples, or none; repeatable'),
    )
    .option('--json', 'print a JSON document')
    .addHelpText('after', convertExamples)
    .action((model, options) => runner.withEngine((context) => convertCommand(model, options, context)))

  inherited('report <PROJECT>', 'print or export an experiment of a project file')
    .description('Prints the results of an experiment in a project file, or writes them to files.')
    .option('--experiment <NAME>', 'name or id of the experiment (default: the last)')
    .option('--csv <FILE>', 'write the trials as CSV; - for standard output')
    .option('--samples-csv <FILE>', 'write every latency sample as CSV; - for standard output')
    .option('--pdf <FILE>', 'write a report with charts')
    .option('--json <FILE>', 'write the JSON document; - for standard output')
    .option('--markdown <FILE>', 'write a summary in Markdown; - for standard output')
    .addHelpText('after', reportExamples)
    .action((project, options) => runner.withEngine((context) => reportCommand(project, options, context)))

  inherited('compare <A> <B>', 'say whether B is faster or slower than A')
    .description(
      'Compares two runs, configuration by configuration and overall. A is the reference, B what is compared with it: project files, or the documents of run --json.',
    )
    .option('--threshold <SHARE>', 'differences up to this do not matter, as 3% (default: 3%)')
    .option('--fail-on <VERDICT>', 'end with exit code 5 when shown: slower, faster or different')
    .option('--before <NAME>', 'name or id of the experiment in A (default: the last)')
    .option('--after <NAME>', 'name or id of the experiment in B (default: the last)')
    .option('--json <FILE>', 'write the comparison as a JSON document; - for standard output')
    .addHelpText('after', compareExamples)
    .action((before, after, options) =>
      runner.withEngine((context) => compareCommand(before, after, options, context)),
    )

  inherited('serve', 'serve the workbench to a browser')
    .description('Serves the workbench to a browser and prints its address, until interrupted.')
    .option('--port <N>', 'port; 0 for any that is free', '0')
    .option('--host <H>', 'address to bind', '127.0.0.1')
    .option('--open', 'open the default browser')
    .addOption(repeatable('--allow <FOLDER>', 'let the page open files in this folder by path; repeatable'))
    .action((options) => runner.alone((context) => serveCommand(options, context)))

  inherited('doctor', 'say what this machine offers and what is missing')
    .description(
      'Describes the machine, the runtime and its execution providers, and what to do about what is missing.',
    )
    .option('--json', 'print a JSON document')
    .action((options) => runner.withEngine((context) => doctorCommand(options, context)))

  const runtime = inherited(
    'runtime',
    'list, install and remove runtimes (CUDA, other versions)',
  ).description(
    'Manages the runtimes that models are measured in, besides the one that comes with Batchscope.',
  )
  runtime
    .command('list')
    .description('Lists the runtimes that are installed, and those that can be.')
    .option('--json', 'print a JSON document')
    .action((options) => runner.withEngine((context) => listRuntimes(options, context)))
  runtime
    .command('install <NAME>')
    .description('Installs a runtime: cuda13, cuda12, or onnxruntime@VERSION for any version.')
    .option('-q, --quiet', 'no progress on standard error')
    .action((name, options) => runner.withEngine((context) => installRuntime(name, options, context)))
  runtime
    .command('remove <NAME>')
    .description('Removes an installed runtime.')
    .action((name) => runner.withEngine((context) => removeRuntime(name, context)))

  inherited('verify', 'prove that all of this works on this GPU')
    .description(
      'Measures models of its own on the GPU and checks every figure: outputs, memory, the memory boundary, telemetry, intervals. Without a GPU it says so and skips.',
    )
    .option('--out <FOLDER>', 'write the report here, as JSON and Markdown', 'gpu-verification')
    .option('--ep <NAME>', 'execution provider to verify', 'cuda')
    .option('--device <N>', 'index of the device (default: 0)')
    .option('--python <FILE>', 'the Python that has PyTorch (default: the one on the path)')
    .option('--time-budget <TIME>', 'end within about this much time', '8min')
    .option('--json', 'print the report as a JSON document')
    .addHelpText('after', verifyExamples)
    .action((options) => runner.withEngine((context) => verifyCommand(options, context)))

  return program
}
