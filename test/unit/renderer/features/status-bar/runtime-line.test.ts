import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../../../../electron/contract/runtime.ts'
import { runtimeLine } from '../../../../../renderer/features/status-bar/runtime-line.ts'

const runtime = (name: string, onnxruntime: string, usable: readonly ('cpu' | 'cuda')[]): Runtime => ({
  ...{ name, onnxruntime, folder: `/runtimes/${name}`, libraryFolders: [], providerLibraries: [] },
  providers: usable.map((provider) => ({ name: provider, usable: true })),
})
const here = {
  runtime: { batchscope: '0.4.0', onnxruntime: '1.29.0', node: '22.11.0' },
  providers: [{ name: 'cpu' as const, usable: true as const }],
  runtimes: [
    runtime('built-in', '1.29.0', ['cpu']),
    runtime('onnxruntime@1.30.0', '1.30.0', ['cpu', 'cuda']),
  ],
}

describe('the runtime in the status bar', () => {
  it('is the built-in one with what can be used, while nothing is measured', () => {
    expect(runtimeLine(here, undefined)).toBe('cpu · ORT 1.29.0')
  })

  it('is the one that is measured, with its own version and by its name', () => {
    expect(runtimeLine(here, { runtime: 'onnxruntime@1.30.0' })).toBe(
      'cpu, cuda · ORT 1.30.0 · onnxruntime@1.30.0',
    )
  })

  it('is the built-in one where the trial names none, also on machines described before there were others', () => {
    const { runtimes: _, ...before } = here
    expect(runtimeLine(here, {})).toBe('cpu · ORT 1.29.0')
    expect(runtimeLine(before, {})).toBe('cpu · ORT 1.29.0')
  })

  it('never gives the version of another one where it is not known any more', () => {
    expect(runtimeLine(here, { runtime: 'cuda13' })).toBe('cuda13')
  })
})
