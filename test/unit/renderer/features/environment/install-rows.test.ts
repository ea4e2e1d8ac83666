import { describe, expect, it } from 'vitest'
import type { RuntimeInstall } from '../../../../../electron/contract/runtime.ts'
import {
  installFraction,
  installRows,
  installWords,
  versionedName,
} from '../../../../../renderer/features/environment/install-rows.ts'
import {
  everythingInstalled,
  nothingInstalled,
  plausibleInstall,
} from '../../../../fixtures/plausible-runtimes.ts'
import { plausibleEnvironment } from '../../../../fixtures/plausible-workbench.ts'

const { host } = plausibleEnvironment
const nothing = { host, runtimes: nothingInstalled.runtimes }

describe('what can be installed', () => {
  it('is every runtime that is not here yet, and any version', () => {
    expect(installRows(nothing, null).map(({ name }) => name)).toEqual(['cuda13', 'cuda12', undefined])
    expect(installRows({ host, runtimes: everythingInstalled.runtimes }, null)).toEqual([
      { about: expect.stringContaining('Any version') as string },
    ])
  })

  it('says why something cannot be installed on this machine', () => {
    const [cuda13, , version] = installRows({ ...nothing, host: { ...host, kernel: 'Darwin 24.0.0' } }, null)
    expect(cuda13?.refused).toBe('There is no CUDA on macOS, so the runtime cuda13 cannot be installed here.')
    expect(version).not.toHaveProperty('refused')
  })

  it('shows an installation in the row that it was begun in', () => {
    expect(installRows(nothing, plausibleInstall).map(({ install }) => install?.name)).toEqual([
      'cuda13',
      undefined,
      undefined,
    ])
    const version: RuntimeInstall = { ...plausibleInstall, name: 'onnxruntime@1.30.0' }
    expect(installRows(nothing, version).map(({ install }) => install?.name)).toEqual([
      undefined,
      undefined,
      'onnxruntime@1.30.0',
    ])
  })

  it.each(['1.30.0', ' v1.30.0 ', 'onnxruntime@1.30.0'])('takes "%s" for a version', (typed) => {
    expect(versionedName(typed)).toBe('onnxruntime@1.30.0')
  })
})

describe('an installation', () => {
  it('is told with its stage, bytes and percent while it downloads', () => {
    expect(installWords(plausibleInstall)).toBe(
      'Downloading com.github.asus4.onnxruntime.linux-x64-gpu 0.4.9: 61.2 MiB of 335 MiB, 18 %',
    )
    expect(installFraction(plausibleInstall)).toBeCloseTo(61.2 / 335, 6)
  })

  it('has no fraction where the size is not known, or no bytes are what takes the time', () => {
    const { totalBytes: _, ...unknown } = plausibleInstall
    expect(installFraction(unknown)).toBeUndefined()
    expect(installWords(unknown)).toMatch(/: 61\.2 MiB$/)
    const preparing: RuntimeInstall = {
      ...{ name: 'cuda13', state: 'preparing', receivedBytes: 0, doing: 'asking the npm registry' },
    }
    expect(installFraction(preparing)).toBeUndefined()
    expect(installWords(preparing)).toBe('Preparing: asking the npm registry')
    expect(installWords({ ...preparing, state: 'unpacking', doing: 'onnxruntime-node' })).toBe(
      'Unpacking onnxruntime-node',
    )
  })

  it('that failed tells why and what to do, and one that was cancelled what becomes of it', () => {
    const failure = {
      ...{ code: 'network' as const, message: 'The registry did not answer.', hint: 'Try again later.' },
      owner: 'system' as const,
    }
    expect(installWords({ ...plausibleInstall, state: 'failed', failure })).toBe(
      'The registry did not answer. Try again later.',
    )
    expect(installWords({ ...plausibleInstall, state: 'cancelled' })).toBe(
      'Cancelled: what was downloaded is kept for the next try.',
    )
  })
})
