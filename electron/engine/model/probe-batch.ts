import type { BatchProbe } from '../../contract/batch-probe.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { Ports } from '../ports.ts'

/** Runs a model at batch sizes 2 and 3 in a session host and tells whether its outputs follow. */
export async function probeBatchAxes(
  model: ModelDescription,
  batchAxes: readonly string[],
  ports: Pick<Ports, 'hosts' | 'clock' | 'files'>,
): Promise<BatchProbe> {
  void [model, batchAxes, ports]
  return { verdict: 'unknown', tried: [], message: 'Not tried.', outputAxes: {} }
}
