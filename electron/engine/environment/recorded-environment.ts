import type { Environment } from '../../contract/environment.ts'
import type { ExperimentSpec } from '../../contract/experiment.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import { seriesConfigurations } from '../experiment/configurations.ts'

/**
 * What of the environment is kept with an experiment: the machine, and of runtimes and libraries only those that it uses.
 * What doctor has to say of the rest tells nothing of the measurement, and files are made to be passed on.
 */
export function recordedEnvironment(
  { findings: _, nextStep: __, ...here }: Environment,
  spec: Pick<ExperimentSpec, 'factors'>,
): Environment {
  const used = new Set(seriesConfigurations(spec).map(({ runtime = builtInRuntime }) => runtime))
  const runtimes = here.runtimes?.filter(({ name }) => used.has(name))
  const loaded = new Set(
    (runtimes ?? []).flatMap(({ providerLibraries }) =>
      providerLibraries.flatMap(({ needs }) => needs.flatMap(({ foundAt }) => foundAt ?? [])),
    ),
  )
  return {
    ...here,
    ...(runtimes && { runtimes }),
    ...(here.libraries && { libraries: here.libraries.filter(({ path }) => loaded.has(path)) }),
  }
}
