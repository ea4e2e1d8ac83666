import { expect, it } from 'vitest'
import type { Environment } from '../../../../electron/contract/environment.ts'
import { verificationMarkdown } from '../../../../electron/engine/verification/report-markdown.ts'
import type { VerificationReport } from '../../../../electron/engine/verification/report.ts'

const runtime = (name: string, onnxruntime: string) => ({
  ...{ name, folder: `/runtimes/${name}`, onnxruntime },
  ...{ libraryFolders: [], providerLibraries: [], providers: [] },
})

const environment: Environment = {
  host: {
    ...{ system: 'Debian', kernel: 'Linux 6.1', architecture: 'x64' },
    ...{ cpu: 'C', logicalCores: 2, memoryBytes: 2 ** 30 },
  },
  runtime: { batchscope: '0.4.0', onnxruntime: '1.30.0', node: '22.0.0' },
  devices: [],
  providers: [
    { name: 'cpu', usable: true },
    { name: 'cuda', usable: true, runtime: 'cuda13' },
  ],
  deviceTelemetry: { available: false, reason: 'None.' },
  runtimes: [runtime('built-in', '1.30.0'), runtime('cuda13', '1.29.0')],
}

const reportOn = (provider: 'cpu' | 'cuda'): VerificationReport => ({
  ...{ format: 'batchscope-verification', formatVersion: 1, generator: 'batchscope 0.4.0' },
  ...{ started: '2026-01-01T00:00:00Z', durationMs: 1000, timeBudgetMs: 2000 },
  ...{ verdict: 'passed', headline: 'Passed.', provider, device: 'D', environment },
  ...{ checks: [], sweeps: [], torch: [], notShown: [] },
})

it.each([
  ['cuda', 'cuda, ONNX Runtime 1.29.0 (runtime cuda13)'],
  ['cpu', 'cpu, ONNX Runtime 1.30.0'],
] as const)('the report on %s names the ONNX Runtime that it ran in', (provider, words) => {
  expect(verificationMarkdown(reportOn(provider)).split('\n')).toContain(`- Provider: ${words}`)
})
