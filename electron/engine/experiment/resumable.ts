import type { Environment } from '../../contract/environment.ts'
import type { ExecutionProvider, ExperimentSpec } from '../../contract/experiment.ts'
import { badInput, BatchscopeError } from '../../contract/failure.ts'
import { builtInRuntime } from '../../contract/runtime.ts'
import { hostRuntimeOf } from '../runtimes/host-runtime.ts'
import { runtimeVersion } from '../runtimes/runtime-version.ts'
import { seriesConfigurations, type SeriesConfig } from './configurations.ts'

const startAnew = 'Start a new experiment, and compare the two.'

/**
 * Throws where an experiment cannot go on as it began: a runtime is gone or of another version, a provider cannot be used
 * any more, or another device or driver is here. What would be measured now did not belong to what was measured then.
 */
export function refuseChangedEnvironment(
  spec: Pick<ExperimentSpec, 'factors'>,
  then: Environment,
  now: Environment,
): void {
  for (const series of seriesConfigurations(spec)) {
    hostRuntimeOf(now.runtimes ?? [], series.runtime)
    refuseChangedVersion(series, then, now)
    refuseUnusable(series.executionProvider, series.runtime, now)
    if (series.device !== undefined) refuseChangedDevice(series.device, then, now)
  }
}

function refuseChangedVersion({ runtime }: SeriesConfig, then: Environment, now: Environment): void {
  const [before, after] = [runtimeVersion(then, runtime), runtimeVersion(now, runtime)]
  if (before === after) return
  throw badInput(
    `This experiment was measured with ONNX Runtime ${before} in the runtime "${runtime ?? builtInRuntime}", which is ${after} now.`,
    startAnew,
  )
}

function refuseUnusable(provider: ExecutionProvider, runtime: string | undefined, now: Environment): void {
  const inRuntime = now.runtimes?.find(({ name }) => name === (runtime ?? builtInRuntime))?.providers
  const status = (inRuntime ?? now.providers).find(({ name }) => name === provider)
  if (status === undefined || status.usable) return
  throw new BatchscopeError({
    code: 'provider-unavailable',
    message: `The execution provider "${provider}" cannot be used here any more: ${status.reason}`,
    ...(status.hint !== undefined && { hint: status.hint }),
    owner: 'system',
  })
}

function refuseChangedDevice(index: number, then: Environment, now: Environment): void {
  const [before, after] = [then, now].map(({ devices }) => devices.find((device) => device.index === index))
  // Another one in its place; that it is not listed at all may be the driver's tool failing, and is found out by running.
  if (before === undefined || after === undefined) return
  const [old, current] = [before, after].map(({ name, driver }) =>
    driver === undefined ? name : `${name} with driver ${driver}`,
  )
  if (old === current) return
  throw badInput(
    `This experiment was measured on ${old} as device ${index}, which is ${current} now.`,
    startAnew,
  )
}
