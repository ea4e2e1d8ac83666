import type { Finding } from '../../contract/environment.ts'
import type { ProviderStatus } from '../../contract/provider-status.ts'
import { driverTopics } from './driver-finding.ts'

/**
 * The one thing to do next: what stands in the way of the devices that are here, the first of it first; where nothing
 * does, the command that measures.
 */
export function nextStepOf(findings: readonly Finding[], providers: readonly ProviderStatus[]): string {
  const usable = providers.filter((provider) => provider.usable).map(({ name }) => name)
  if (usable.length === 0) {
    return 'No execution provider can be used, so nothing can be measured here: install Batchscope again.'
  }
  const obstacle = findings.find(
    ({ topic, state, hint }) =>
      hint !== undefined &&
      (state === 'missing' || state === 'wrong') &&
      // With CUDA at work, a second runtime that lacks something is in nobody's way.
      (!usable.includes('cuda') || driverTopics.includes(topic)),
  )
  return (
    obstacle?.hint ??
    `Ready to measure on ${usable.join(', ')}: batchscope run MODEL.onnx --ep ${usable.join(',')}`
  )
}
