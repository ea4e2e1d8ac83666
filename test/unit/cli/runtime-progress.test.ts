import { describe, expect, it } from 'vitest'
import { installBarLine, installLines } from '../../../electron/cli/runtime-progress.ts'
import type { RuntimeInstall } from '../../../electron/contract/runtime.ts'

const mebibyte = 1024 ** 2
const downloading = (received: number): RuntimeInstall => ({
  ...{ name: 'cuda13', state: 'downloading', doing: 'onnxruntime-node 1.29.0' },
  ...{ receivedBytes: received * mebibyte, totalBytes: 200 * mebibyte },
})

describe('the progress of an installation in lines', () => {
  it('says each step once, and how much has come at every tenth', () => {
    const lines: string[] = []
    const display = installLines((text) => lines.push(text))
    display.update({ name: 'cuda13', state: 'preparing', receivedBytes: 0 })
    for (const received of [0, 5, 19, 21, 22, 39, 41, 100]) display.update(downloading(received))
    display.update({ ...downloading(200), state: 'unpacking', doing: 'onnxruntime-node' })
    display.update({ ...downloading(200), state: 'done' })
    expect(lines).toEqual([
      'cuda13: preparing',
      'cuda13: downloading: onnxruntime-node 1.29.0',
      'cuda13: 21.0 MiB of 200 MiB',
      'cuda13: 41.0 MiB of 200 MiB',
      'cuda13: 100 MiB of 200 MiB',
      'cuda13: unpacking: onnxruntime-node',
    ])
  })
})

describe('the progress of an installation as a bar', () => {
  const begun = { elapsedMs: 10_000, bytesBefore: 0 }

  it('shows how much has come and how long the rest will take', () => {
    expect(installBarLine(downloading(50), begun, 79)).toBe(
      '━━━━━───────────────  50.0 MiB of 200 MiB  00:30 left  downloading: onnxruntim…',
    )
  })

  it('counts what an earlier try left as there, but not as speed', () => {
    const line = installBarLine(downloading(150), { elapsedMs: 10_000, bytesBefore: 140 * mebibyte }, 120)
    expect(line).toContain('━━━━━━━━━━━━━━━─────  150 MiB of 200 MiB  00:50 left')
  })

  it.each([40, 60, 79])('never passes the edge of a terminal of %i columns', (width) => {
    const long = { ...downloading(50), doing: 'a-package-with-a-name-that-goes-on-and-on 1.0.0' }
    expect(installBarLine(long, begun, width).length).toBeLessThanOrEqual(width)
  })

  it('says what is done when nothing is received', () => {
    expect(installBarLine(undefined, begun, 79)).toBe('────────────────────  preparing')
    const unpacking: RuntimeInstall = { ...downloading(200), state: 'unpacking', doing: 'onnxruntime-node' }
    expect(installBarLine(unpacking, begun, 79)).toBe('━━━━━━━━━━━━━━━━━━━━  unpacking: onnxruntime-node')
  })
})
